#include "cli/output/plan_paths.h"

#include <utility>

namespace eka::cli {

PlanPaths::~PlanPaths() {
  for (; next_ < paths_.size(); ++next_) {
    const auto& path = paths_[next_];
    if (path && !path->empty()) writer_.write(*path);
  }
}

void PlanPaths::planned(std::size_t index, const Result<engine::Plan>& result) {
  if (!result) set(index, {});
}

void PlanPaths::stored(std::size_t index, const engine::Plan& plan) {
  set(index, plan.drv_path);
}

void PlanPaths::set(std::size_t index, std::string path) {
  paths_[index] = std::move(path);
  for (; next_ < paths_.size() && paths_[next_]; ++next_) {
    if (!paths_[next_]->empty()) writer_.write(*paths_[next_]);
  }
}

}  // namespace eka::cli
