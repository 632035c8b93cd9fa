// Dependency graphs as trees, for the terminal.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "engine/plan/dependency_graph.h"

namespace eka::cli {

// The source that maps the version of an atom to its revision: "at <url>", "working tree", "lock file only".
std::string provenance(const engine::DependencyGraph::Node& node);

// "auth 1.1.0 (company, at https://…)": the version, its set, and the source that maps it to a revision.
std::string node_title(const engine::DependencyGraph::Node& node);

// Draws the tree below `start` along `edges` (one list for each node of the graph), at most `depth` levels deep; the
// nodes below another one are in the order of names. A subtree that was drawn before is marked "(*)" and not repeated.
std::string draw_tree(const engine::DependencyGraph& graph, const std::vector<std::vector<std::size_t>>& edges,
                      std::size_t start, std::size_t depth = std::numeric_limits<std::size_t>::max());

}  // namespace eka::cli
