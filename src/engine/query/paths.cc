#include "engine/query/paths.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace eka::engine {

Nodes in_name_order(const DependencyGraph& graph, Nodes nodes) {
  std::ranges::stable_sort(nodes, {}, [&](std::size_t index) {
    const auto& node = graph.nodes[index];
    return std::tie(node.atom.label, node.set, node.atom.version);
  });
  return nodes;
}

Nodes nodes_named(const DependencyGraph& graph, const DependencyName& name) {
  Nodes out;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto& node = graph.nodes[i];
    if (node.atom.label != name.label || (name.set && name.set->str() != node.set)) continue;
    if (!name.version || *name.version == node.atom.version) out.push_back(i);
  }
  return in_name_order(graph, std::move(out));
}

Nodes duplicates(const DependencyGraph& graph) {
  std::map<atom::Label, std::size_t> count;
  for (const auto& node : graph.nodes) ++count[node.atom.label];
  Nodes out;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (count.at(graph.nodes[i].atom.label) > 1) out.push_back(i);
  }
  return in_name_order(graph, std::move(out));
}

std::vector<Nodes> dependents(const DependencyGraph& graph) {
  std::vector<Nodes> out(graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const auto needed : graph.nodes[i].needs) out[needed].push_back(i);
  }
  for (auto& nodes : out) nodes = in_name_order(graph, std::move(nodes));
  return out;
}

std::vector<Nodes> paths_to(const DependencyGraph& graph, std::size_t target) {
  // Breadth first, from the target: the next node on the shortest path to it.
  std::map<std::size_t, std::size_t> next{{target, target}};
  const auto needed_by = dependents(graph);
  Nodes queue{target};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    if (queue[i] == 0 && i > 0) continue;  // a path begins at the root, and does not return to it on its way
    for (const auto dependent : needed_by[queue[i]]) {
      if (next.try_emplace(dependent, queue[i]).second) queue.push_back(dependent);
    }
  }
  std::vector<Nodes> out;
  for (const auto first : in_name_order(graph, graph.nodes.front().needs)) {
    if (first == 0 || !next.contains(first)) continue;
    Nodes path{0, first};
    while (path.back() != target) path.push_back(next.at(path.back()));
    out.push_back(std::move(path));
  }
  std::ranges::stable_sort(out, {}, [](const Nodes& path) { return path.size(); });
  return out;
}

}  // namespace eka::engine
