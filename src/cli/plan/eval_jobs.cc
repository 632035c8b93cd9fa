#include "cli/plan/eval_jobs.h"

#include <utility>

#include "cli/ci/eval_job_lines.h"
#include "cli/ci/report_errors.h"
#include "cli/command/overrides.h"
#include "cli/command/with_engine.h"
#include "cli/output/report_json.h"
#include "cli/output/while_read.h"
#include "engine/jobs/eval_jobs.h"

namespace eka::cli {
namespace {

// What a run needs that selects its atoms first.
struct JobsRun {
  const Preferences& preferences;
  const PlanOptions& plan;
  const EvalJobsOptions& options;
  const Palette& palette;
  Display& display;
  EvalJobLines& lines;
  engine::PlanRequest request{};
  std::optional<engine::EvalJobs> jobs{};  // receives events until the engine has ended
};

coro::Task<engine::PlanReport> select_and_run(engine::Context* context, engine::Selection selection, JobsRun* run) {
  auto& request = run->request;
  request.items = co_await select_with_overrides(*context, std::move(selection), run->plan.overrides,
                                                 run->preferences.aliases, run->palette);
  auto paths = attr_paths(request.items);
  if (const auto& shard = run->options.shard) {
    request.items = part_of(request.items, *shard);
    paths = shard->part_of(paths);
  }
  run->lines.name_jobs(std::move(paths));
  request.fail_fast = run->plan.atoms.fail_fast;
  auto& lines = run->lines;
  auto& jobs =
      run->jobs.emplace(run->options.check_cache,
                        [&lines](std::size_t index, const Result<engine::EvalJob>& job) { lines.write(index, job); });
  run->display.pass_on_to(jobs);
  run->display.expect(request.items.size());
  co_return co_await jobs.run(*context, request);
}

}  // namespace

int plan_eval_jobs(const Common& common, const Preferences& preferences, const PlanOptions& plan,
                   const engine::Selection& selection, const EvalJobsOptions& options) {
  const Palette palette(common.color);
  auto settings = preferences.settings;
  settings.meta = options.meta;
  const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
  EvalJobLines lines(display->output());
  JobsRun run{preferences, plan, options, palette, *display, lines};
  engine::PlanReport report;
  try {
    report = with_engine<engine::PlanReport>(settings, *display, [&](engine::Context& context) {
      return while_written(select_and_run(&context, selection, &run), &lines);
    });
  } catch (const Error& error) {
    lines.write_fatal(error);
    lines.finish();
    throw;
  }
  lines.finish();
  display->end();
  std::vector<Error> errors;
  for (const auto& result : report.plans) {
    if (!result) errors.push_back(result.error());
  }
  report_errors(errors, palette, {options.code_quality, working_trees(run.request.items)});
  if (common.verbose > 0) tell_costs(report.remotes);
  return 0;
}

}  // namespace eka::cli
