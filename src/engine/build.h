// Builds the derivations of atom URIs: plans them, then runs Nix.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/plan.h"

namespace eka::engine {

struct BuildRequest {
  PlanRequest plan;
  std::optional<std::string> builders;  // value of Nix's --builders
  std::optional<std::size_t> jobs;      // parallel builds on this machine
};

struct BuildReport {
  PlanReport plan;
  // For each item: nothing if every output of its derivation is in the store.
  std::vector<std::optional<Error>> failures;
};

// An item that cannot be planned or built does not affect the others. Existing outputs are not built again. Outputs get
// garbage collector roots, like plans. Throws the errors of plan().
coro::Task<BuildReport> build(Context& context, BuildRequest request);

}  // namespace eka::engine
