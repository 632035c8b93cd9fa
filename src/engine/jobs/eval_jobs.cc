#include "engine/jobs/eval_jobs.h"

#include <utility>

#include "engine/jobs/substituters.h"

namespace eka::engine {
namespace {

class Queries final : public CacheQueries {
 public:
  explicit Queries(Context& context) : context_(context), substituters_(context) {}
  coro::Task<std::vector<bool>> exist(std::vector<std::string> store_paths) override {
    return context_.evaluator->exist(std::move(store_paths));
  }
  coro::Task<std::vector<std::optional<Narinfo>>> find(std::vector<std::string> store_paths) override {
    return substituters_.find(std::move(store_paths));
  }
  coro::Task<std::vector<eval::Derivation>> derivations(std::vector<std::string> drv_paths) override {
    return context_.evaluator->derivations(std::move(drv_paths));
  }

 private:
  Context& context_;
  Substituters substituters_;
};

}  // namespace

coro::Task<PlanReport> EvalJobs::run(Context& context, PlanRequest request) {
  const coro::Executor executor = co_await asio::this_coro::executor;
  Queries queries(context);
  Running running{context, CacheWalk(queries, context.pool), coro::TaskGroup(executor)};
  running_ = &running;
  PlanReport report;
  running.group.start(plan_all(std::move(request), &report));
  co_await running.group.join();
  running_ = nullptr;
  co_return report;
}

coro::Task<> EvalJobs::plan_all(PlanRequest request, PlanReport* report) {
  *report = co_await plan(running_->context, std::move(request));
}

void EvalJobs::planned(std::size_t index, const Result<Plan>& result) {
  if (!result) ready_(index, std::unexpected(result.error()));
}

void EvalJobs::stored(std::size_t index, const Plan& plan) {
  waiting_.push_back({index, plan});
  if (std::exchange(describing_, true)) return;
  running_->group.start(describe_waiting());
}

// What is stored meanwhile is described together in the next turn.
coro::Task<> EvalJobs::describe_waiting() {
  while (!waiting_.empty()) {
    std::vector<Stored> stored = std::exchange(waiting_, {});
    std::vector<std::string> paths;
    for (const auto& one : stored) paths.push_back(one.plan.drv_path);
    auto derivations = co_await running_->context.evaluator->derivations(paths);
    std::vector<CacheStatus> statuses;
    if (check_cache_) statuses = co_await running_->walk.of(paths);
    for (std::size_t i = 0; i < stored.size(); ++i) {
      EvalJob job{std::move(stored[i].plan), std::move(derivations[i]), std::nullopt};
      if (check_cache_) job.cache = std::move(statuses[i]);
      ready_(stored[i].index, std::move(job));
    }
  }
  describing_ = false;
}

}  // namespace eka::engine
