// Plans as the jobs of a CI system: each with its derivation, as soon as it can be built.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "coro/task/task_group.h"
#include "engine/context/observer.h"
#include "engine/jobs/cache_status.h"
#include "engine/plan.h"
#include "eval/store/derivation.h"

namespace eka::engine {

struct EvalJob {
  Plan plan;
  eval::Derivation derivation;
  std::optional<CacheStatus> cache;  // if asked for
};

// Called on the reactor, once for each item, as soon as its derivation is in the Nix store and has been read, or it has
// failed. Must not block or throw.
using JobReady = std::function<void(std::size_t index, const Result<EvalJob>& job)>;

// Describes the plans of one run as they are stored. It must receive the events of the run's observer.
class EvalJobs final : public Observer {
 public:
  // With `check_cache`, the Nix store and the configured binary caches are asked for the outputs; offline, only the
  // store and caches on this machine.
  EvalJobs(bool check_cache, JobReady ready) : check_cache_(check_cache), ready_(std::move(ready)) {}

  // As plan(); returns when all items have been reported.
  coro::Task<PlanReport> run(Context& context, PlanRequest request);

  void began(Stage, std::string_view) override {}
  void ended(Stage, std::string_view) override {}
  void note(std::string_view) override {}
  void planned(std::size_t index, const Result<Plan>& result) override;
  void stored(std::size_t index, const Plan& plan) override;

 private:
  struct Stored {
    std::size_t index = 0;
    Plan plan;
  };
  // While run() is active.
  struct Running {
    Context& context;
    CacheWalk walk;
    coro::TaskGroup group;
  };

  coro::Task<> plan_all(PlanRequest request, PlanReport* report);
  coro::Task<> describe_waiting();

  bool check_cache_;
  JobReady ready_;
  Running* running_ = nullptr;
  std::vector<Stored> waiting_;
  bool describing_ = false;
};

}  // namespace eka::engine
