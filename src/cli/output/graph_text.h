// A dependency graph drawn: as a tree for a terminal, for Graphviz, for programs, and as a page.
#pragma once

#include <string>
#include <vector>

#include "atom/json/json.h"
#include "engine/plan/dependency_graph.h"

namespace eka::cli {

// A tree; what was told before is named and not unfolded again, marked "(*)".
std::string graph_text(const engine::DependencyGraph& graph);
// One digraph for all; an atom that is in several graphs is one node.
std::string graphs_dot(const std::vector<engine::DependencyGraph>& graphs);
atom::Json graph_json(const engine::DependencyGraph& graph);
// A page that needs nothing else: the trees, to be folded by hand.
std::string graphs_html(const std::vector<engine::DependencyGraph>& graphs);

}  // namespace eka::cli
