// Questions about a dependency graph: who needs an atom, and how the root comes to it. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/plan/dependency_graph.h"
#include "engine/query/dependency_name.h"

namespace eka::engine {

// Nodes of one graph, by index.
using Nodes = std::vector<std::size_t>;

// The nodes with this name, in ascending order. The version in the name, if any, must be theirs.
Nodes nodes_named(const DependencyGraph& graph, const DependencyName& name);

// The atoms whose label another atom of the graph has, too, in ascending order.
Nodes duplicates(const DependencyGraph& graph);

// For each node, the nodes that need it, in ascending order.
std::vector<Nodes> dependents(const DependencyGraph& graph);

// For each node that the root needs and that needs `target`, itself or indirectly, the shortest path from the root over
// this node to `target`; shortest paths first. Linear in the size of the graph for each path.
std::vector<Nodes> paths_to(const DependencyGraph& graph, std::size_t target);

}  // namespace eka::engine
