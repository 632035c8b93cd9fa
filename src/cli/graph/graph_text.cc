#include "cli/graph/graph_text.h"

#include <set>

#include <fmt/format.h>

#include "atom/names/atom_id.h"
#include "cli/graph/tree_text.h"

namespace eka::cli {
namespace {

using Node = engine::DependencyGraph::Node;

// Text in quotes, as in Graphviz's language.
std::string quoted(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Labels may contain any letter, but no quotes or markup; versions and tags contain less.
std::string node_id(const Node& node) {
  return atom::AtomId(node.atom.set, node.atom.label).str().substr(0, 16) + "-" + node.atom.version.str();
}

}  // namespace

std::string graph_text(const engine::DependencyGraph& graph) {
  std::vector<std::vector<std::size_t>> needs;
  for (const auto& node : graph.nodes) needs.push_back(node.needs);
  return draw_tree(graph, needs, 0);
}

std::string graphs_dot(const std::vector<engine::DependencyGraph>& graphs) {
  std::set<std::string> nodes;
  std::set<std::string> edges;
  for (const auto& graph : graphs) {
    for (const auto& node : graph.nodes) {
      nodes.insert(fmt::format("  \"{}\" [label=\"{}\"{}];\n", node_id(node), quoted(node_title(node)),
                               node.composes ? ", shape=box" : ""));
      for (const auto next : node.needs) {
        edges.insert(fmt::format("  \"{}\" -> \"{}\";\n", node_id(node), node_id(graph.nodes[next])));
      }
    }
  }
  std::string out = "digraph atoms {\n";
  for (const auto& node : nodes) out += node;
  for (const auto& edge : edges) out += edge;
  return out + "}\n";
}

atom::Json graph_json(const engine::DependencyGraph& graph) {
  atom::Json out;
  out["root"] = atom::AtomId(graph.nodes.front().atom.set, graph.nodes.front().atom.label).str();
  out["atoms"] = atom::Json::Array{};
  for (const auto& node : graph.nodes) {
    atom::Json entry;
    entry["id"] = atom::AtomId(node.atom.set, node.atom.label).str();
    entry["label"] = node.atom.label.str();
    entry["version"] = node.atom.version.str();
    entry["set"] = node.atom.set.hex();
    entry["rev"] = node.atom.rev.hex();
    if (!node.set.empty()) entry["tag"] = node.set;
    entry["working_tree"] = node.from_working_tree;
    if (!node.override_from.empty()) entry["override"] = node.override_from;
    entry["vouched_by"] = atom::Json::Array{};
    for (const auto& url : node.vouched_by) entry["vouched_by"].push_back(url);
    entry["requires"] = atom::Json::Array{};
    for (const auto next : node.needs) {
      const auto& needed = graph.nodes[next].atom;
      entry["requires"].push_back(atom::AtomId(needed.set, needed.label).str());
    }
    out["atoms"].push_back(std::move(entry));
  }
  return out;
}

}  // namespace eka::cli
