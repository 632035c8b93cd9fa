// Formats of a dependency graph: a tree for the terminal, Graphviz and JSON. The HTML page is in cli/page.
#pragma once

#include <string>
#include <vector>

#include "atom/json/json.h"
#include "engine/plan/dependency_graph.h"

namespace eka::cli {

// A tree; a subtree that was printed before is marked "(*)" and not repeated.
std::string graph_text(const engine::DependencyGraph& graph);
// One digraph for all graphs; an atom that is in several is one node.
std::string graphs_dot(const std::vector<engine::DependencyGraph>& graphs);
atom::Json graph_json(const engine::DependencyGraph& graph);

}  // namespace eka::cli
