#include "engine/compare/derivations.h"

#include <algorithm>
#include <utility>

namespace eka::engine {

coro::Task<> DerivationGraph::read(Context& context, std::vector<std::string> drv_paths) {
  // Level by level.
  while (!drv_paths.empty()) {
    std::ranges::sort(drv_paths);
    drv_paths.erase(std::ranges::unique(drv_paths).begin(), drv_paths.end());
    std::erase_if(drv_paths, [this](const std::string& path) { return nodes_.contains(path); });
    const auto found = co_await context.evaluator->derivations(drv_paths);
    std::vector<std::string> next;
    for (std::size_t i = 0; i < drv_paths.size(); ++i) {
      auto& node = nodes_[drv_paths[i]];
      for (const auto& output : found[i].outputs) node.outputs.push_back(output.path);
      for (const auto& input : found[i].input_derivations) node.inputs.push_back(input.path);
      next.insert(next.end(), node.inputs.begin(), node.inputs.end());
    }
    drv_paths = std::move(next);
  }
}

std::set<std::string> DerivationGraph::closure(const std::string& drv_path) const {
  std::set<std::string> out{drv_path};
  for (std::vector<std::string> open{drv_path}; !open.empty();) {
    const auto path = std::move(open.back());
    open.pop_back();
    for (const auto& input : nodes_.at(path).inputs) {
      if (out.insert(input).second) open.push_back(input);
    }
  }
  return out;
}

std::set<std::string> DerivationGraph::outputs(const std::set<std::string>& drv_paths) const {
  std::set<std::string> out;
  for (const auto& path : drv_paths) {
    const auto& node = nodes_.at(path);
    out.insert(node.outputs.begin(), node.outputs.end());
  }
  return out;
}

std::set<std::string> DerivationGraph::others(const std::set<std::string>& drv_paths,
                                              const std::set<std::string>& outputs) const {
  std::set<std::string> out;
  for (const auto& path : drv_paths) {
    const auto is_other = [&](const std::string& output) { return !outputs.contains(output); };
    if (std::ranges::any_of(nodes_.at(path).outputs, is_other)) out.insert(path);
  }
  return out;
}

}  // namespace eka::engine
