// From atom URIs to what they build: a plan, and Nix on what it found.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/plan.h"

namespace eka::engine {

struct BuildRequest {
  PlanRequest plan;
  std::optional<std::string> builders;  // as Nix's --builders
  std::optional<std::size_t> jobs;      // builds at once on this machine
};

struct BuildReport {
  PlanReport plan;
  // One for each item: nothing when every output of its derivation is in the store.
  std::vector<std::optional<Error>> failures;
};

// An item that cannot be planned or built stops no other. Outputs that are there already start nothing. What is built
// is kept from Nix's collector as plans are. Throws as plan() does.
coro::Task<BuildReport> build(Context& context, BuildRequest request);

}  // namespace eka::engine
