#include "cli/output/graph_text.h"

#include <set>

#include <fmt/format.h>

#include "atom/names/atom_id.h"
#include "cli/output/tree_text.h"

namespace eka::cli {
namespace {

using Node = engine::DependencyGraph::Node;

// Labels may contain any letter, but no quotes or markup; versions and tags contain less.
std::string node_id(const Node& node) {
  return atom::AtomId(node.atom.set, node.atom.label).str().substr(0, 16) + "-" + node.atom.version.str();
}

void html_below(const engine::DependencyGraph& graph, std::size_t index, std::set<std::size_t>& drawn,
                std::string& out) {
  const auto& node = graph.nodes[index];
  const bool leaf = node.needs.empty();
  const bool folded = !drawn.insert(index).second;
  const auto name = fmt::format("<b>{}</b> {} <i>{}</i>", node.atom.label.str(), node.atom.version.str(), node.set);
  if (leaf || folded) {
    out += fmt::format("<li>{}{}</li>\n", name, folded && !leaf ? " …" : "");
    return;
  }
  out += fmt::format("<li><details open><summary>{}</summary><ul>\n", name);
  for (const auto next : node.needs) html_below(graph, next, drawn, out);
  out += "</ul></details></li>\n";
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
      nodes.insert(fmt::format("  \"{}\" [label=\"{}\"{}];\n", node_id(node), node_title(node),
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

std::string graphs_html(const std::vector<engine::DependencyGraph>& graphs) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>atoms</title>\n"
      "<style>body{font:15px/1.5 system-ui,sans-serif;margin:2em}ul{list-style:none;padding-left:1.4em}"
      "li:not(:has(details)){padding-left:1em}i{color:#777}summary{cursor:pointer}</style></head><body>\n";
  for (const auto& graph : graphs) {
    std::set<std::size_t> drawn;
    out += "<ul>\n";
    html_below(graph, 0, drawn, out);
    out += "</ul>\n";
  }
  return out + "</body></html>\n";
}

}  // namespace eka::cli
