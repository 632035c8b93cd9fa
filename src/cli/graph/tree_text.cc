#include "cli/graph/tree_text.h"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/query/paths.h"

namespace eka::cli {
namespace {

using Node = engine::DependencyGraph::Node;

class Tree {
 public:
  Tree(const engine::DependencyGraph& graph, const std::vector<std::vector<std::size_t>>& edges, std::size_t depth)
      : graph_(graph), edges_(edges), depth_(depth) {}

  std::string draw(std::size_t start) {
    out_ = node_title(graph_.nodes[start]) + "\n";
    below(start, "", 0);
    return std::move(out_);
  }

 private:
  void below(std::size_t index, const std::string& indent, std::size_t level) {
    if (level >= depth_) return;
    drawn_.insert(index);
    const auto next = engine::in_name_order(graph_, edges_[index]);
    for (std::size_t i = 0; i < next.size(); ++i) {
      const bool last = i + 1 == next.size();
      const bool folded = drawn_.contains(next[i]) && !edges_[next[i]].empty();
      out_ += fmt::format("{}{}{}{}\n", indent, last ? "└── " : "├── ", node_title(graph_.nodes[next[i]]),
                          folded ? " (*)" : "");
      if (!drawn_.contains(next[i])) below(next[i], indent + (last ? "    " : "│   "), level + 1);
    }
  }

  const engine::DependencyGraph& graph_;
  const std::vector<std::vector<std::size_t>>& edges_;
  std::size_t depth_;
  std::set<std::size_t> drawn_;
  std::string out_;
};

}  // namespace

std::string provenance(const Node& node) {
  if (!node.override_from.empty()) return "override " + node.override_from;
  if (node.from_working_tree) return "working tree";
  if (node.vouched_by.empty()) return "lock file only";
  return fmt::format("at {}", fmt::join(node.vouched_by, " and "));
}

std::string node_title(const Node& node) {
  return fmt::format("{} ({}{}{})", node.atom.str(), node.set, node.set.empty() ? "" : ", ", provenance(node));
}

std::string draw_tree(const engine::DependencyGraph& graph, const std::vector<std::vector<std::size_t>>& edges,
                      std::size_t start, std::size_t depth) {
  return Tree(graph, edges, depth).draw(start);
}

}  // namespace eka::cli
