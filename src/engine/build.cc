#include "engine/build.h"

#include <algorithm>
#include <set>

#include "coro/task/task_group.h"
#include "engine/context/build_progress.h"
#include "engine/plan/provide_archives.h"
#include "engine/plan/recall.h"

namespace eka::engine {
namespace {

coro::Task<bool> is_built(Context& context, const Plan& plan) {
  std::vector<std::string> paths;
  for (const auto& output : plan.outputs) paths.push_back(output.path);
  const auto exist = co_await context.evaluator->exist(std::move(paths));
  co_return std::ranges::find(exist, false) == exist.end();
}

// The indices of the items in `report` with missing outputs.
coro::Task<std::vector<std::size_t>> unbuilt(Context& context, const PlanReport& report) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < report.plans.size(); ++i) {
    if (!report.plans[i]) continue;
    const bool built = co_await is_built(context, *report.plans[i]);
    if (!built) out.push_back(i);
  }
  co_return out;
}

coro::Task<> keep_outputs(Context& context, const PlanReport& report) {
  std::vector<std::string> paths;
  for (const auto& plan : report.plans) {
    if (!plan) continue;
    for (const auto& output : plan->outputs) paths.push_back(output.path);
  }
  co_await keep(context, std::move(paths));
}

}  // namespace

coro::Task<BuildReport> build(Context& context, BuildRequest request) {
  BuildReport report;
  report.plan = co_await plan(context, std::move(request.plan));
  for (const auto& plan : report.plan.plans) {
    report.failures.push_back(plan ? std::nullopt : std::optional(plan.error()));
  }
  co_await keep_outputs(context, report.plan);

  const auto wanted = co_await unbuilt(context, report.plan);
  if (wanted.empty()) co_return report;
  eval::Realisation realisation{{}, std::move(request.builders), request.jobs};
  for (const auto i : wanted) realisation.drv_paths.push_back(report.plan.plans[i]->drv_path);
  std::vector<atom::LockedDirect> archives;
  for (const auto i : wanted) {
    const auto& needed = report.plan.plans[i]->archives;
    archives.insert(archives.end(), needed.begin(), needed.end());
  }
  // If this fails, what needs an archive may still be substituted.
  const auto unprovided = co_await provide_archives(context, std::move(archives));
  report.plan.remotes = context.remotes().costs();
  BuildProgress progress(context.observer);
  auto said = co_await context.evaluator->realise(std::move(realisation), progress);

  // Nix may report a failure for the wrong derivation, so the store is checked.
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    const auto i = wanted[n];
    const bool built = co_await is_built(context, *report.plan.plans[i]);
    if (built) continue;
    if (unprovided && !report.plan.plans[i]->archives.empty()) said[n] = unprovided;
    if (!said[n]) said[n] = Error(Kind::evaluation, "building with Nix failed without an error message");
    report.failures[i] = std::move(*said[n]).within("building " + report.plan.plans[i]->drv_path);
  }
  co_return report;
}

}  // namespace eka::engine
