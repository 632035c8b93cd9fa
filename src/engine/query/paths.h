// Questions about a dependency graph: who needs an atom, and how the root comes to it. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/plan/dependency_graph.h"
#include "engine/query/dependency_name.h"

namespace eka::engine {

// Nodes of one graph, by index.
using Nodes = std::vector<std::size_t>;

// The nodes ordered for readers: by label, then by the tag of their set and by version. (A graph is ordered by the
// hashes of its sets.)
Nodes in_name_order(const DependencyGraph& graph, Nodes nodes);

// The nodes with this name, in the order of names. The version in the name, if any, must be theirs.
Nodes nodes_named(const DependencyGraph& graph, const DependencyName& name);

// The atoms whose label another atom of the graph has, too, in the order of names.
Nodes duplicates(const DependencyGraph& graph);

// For each node, the nodes that need it, in the order of names.
std::vector<Nodes> dependents(const DependencyGraph& graph);

// For each node that the root needs and that needs `target`, itself or indirectly, the shortest path from the root over
// this node to `target`; shortest paths first, and among those of one length in the order of names. Linear in the size
// of the graph for each path.
std::vector<Nodes> paths_to(const DependencyGraph& graph, std::size_t target);

}  // namespace eka::engine
