// eka plan URI…: prints one .drv path per URI, in the order given.
#include <chrono>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/plan_options.h"
#include "cli/command/record_options.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/merge_plans.h"
#include "cli/output/plan_json.h"
#include "cli/output/plan_lines.h"
#include "cli/output/plan_paths.h"
#include "cli/output/report_json.h"
#include "cli/output/while_read.h"
#include "cli/progress/summary.h"
#include "coro/task/task_group.h"
#include "engine/plan.h"
#include "git/object/working_file.h"

namespace eka::cli {
namespace {

struct Options {
  PlanOptions plan;
  RecordOptions record;
  std::string json;  // "", "document" or "lines"
  std::string shard;
  std::vector<std::string> merge;
};

std::vector<Error> errors_of(const engine::PlanReport& report) {
  std::vector<Error> errors;
  for (const auto& result : report.plans) {
    if (!result) errors.push_back(result.error());
  }
  return errors;
}

// What writes plans while others are being made: at most one of the two.
struct Early {
  std::optional<PlanPaths> paths;
  std::optional<PlanLines> lines;

  void check() const {
    if (paths) paths->check();
    if (lines) lines->check();
  }
};

// Throws when something cannot be written; otherwise runs until cancelled.
coro::Task<> watch(const Early* early) {
  while (true) {
    co_await coro::sleep(std::chrono::milliseconds(100));
    early->check();
  }
}

// Stops early when plans can no longer be written, or when the output is no longer read.
coro::Task<engine::PlanReport> plan_while_read(coro::Task<engine::PlanReport> plan, const Early* early) {
  std::optional<engine::PlanReport> report;
  coro::TaskGroup group(co_await asio::this_coro::executor);
  group.start(detail::finish(while_read(std::move(plan)), &report, &group));
  group.start(watch(early));
  co_await group.join();
  co_return *std::move(report);
}

// Every machine must have the same list, so an incomplete one is an error of the whole run.
std::vector<engine::Wanted> part_of(const std::vector<engine::Wanted>& items, const Shard& shard) {
  for (const auto& item : items) {
    if (item.located && !*item.located) throw Error(item.located->error()).within("selecting atoms of " + item.typed);
  }
  return shard.part_of(items);
}

// What a plan needs that selects its atoms first.
struct PlanRun {
  const Options& options;
  const Preferences& preferences;
  const Palette& palette;
  Display& display;
  std::optional<Shard> shard;
  engine::PlanRequest request{};
};

coro::Task<engine::PlanReport> select_and_plan(engine::Context* context, engine::Selection selection, PlanRun* run,
                                               Early* early) {
  const auto& options = run->options;
  auto& request = run->request;
  request.items = co_await options.plan.select(*context, std::move(selection), run->preferences.aliases, run->palette);
  if (run->shard) request.items = part_of(request.items, *run->shard);
  request.fail_fast = options.plan.atoms.fail_fast;
  auto& display = run->display;
  display.expect(request.items.size());
  if (options.json == "lines") display.pass_on_to(early->lines.emplace(request, run->shard, display.output()));
  if (options.json.empty()) display.pass_on_to(early->paths.emplace(request.items.size(), display.output()));
  co_return co_await engine::plan(*context, request);
}

int plan(const Common& common, const Options& options) {
  const Palette palette(common.color);
  const Preferences preferences = read_preferences(options.plan.with(common));
  const auto selection = options.plan.atoms.read(preferences.aliases);
  std::optional<Shard> shard;
  if (!options.shard.empty()) shard = unwrap(Shard::parse(options.shard));

  engine::PlanReport report;
  const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
  Record record(options.record, "plan", options.plan.atoms.typed(), preferences.settings.jobs, *display);
  PlanRun run{options, preferences, palette, *display, shard};
  {
    Early early;
    report = with_engine<engine::PlanReport>(preferences.settings, *display, [&](engine::Context& context) {
      return plan_while_read(select_and_plan(&context, selection, &run, &early), &early);
    });
    if (early.lines) early.lines->finish(report);
    if (early.paths) early.paths->finish();
  }
  display->end();

  if (options.json == "document") print(Text::pretty(plan_document(run.request, report, shard)));
  const auto errors = errors_of(report);
  print_error(describe(errors, palette));
  if (common.verbose > 0) tell_costs(report.remotes);
  record.finish(report.remotes);
  display->end_with(plan_summary(report, display->elapsed()));
  return exit_code(errors);
}

// Enough for a million atoms.
constexpr std::uint64_t largest_plan = std::uint64_t{1} << 30;

int merge(const std::vector<std::string>& files) {
  std::vector<PlanDocument> documents;
  for (const auto& file : files) {
    const std::filesystem::path path(file);
    documents.push_back({file, git::read_required_file(path, largest_plan)});
  }
  const auto merged = unwrap(merge_plans(documents));
  print(Text::pretty(merged.document));
  return most_severe(merged.codes);
}

}  // namespace

void add_plan(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("plan", "fetch and evaluate atoms, print the paths of their derivations");
  const auto options = std::make_shared<Options>();
  auto* uris = options->plan.add_to(*command);
  command
      ->add_flag("--json{document}", options->json,
                 "print a JSON document; with =lines, one object per plan as soon as it is ready, then a summary "
                 "(docs/plan.schema.json)")
      ->check(one_of({"document", "lines"}))
      ->option_text("[=lines]");
  options->record.add_to(*command);
  auto* shard = command
                    ->add_option("--shard", options->shard,
                                 "plan only the K-th of N parts of the atoms, to distribute them to N machines")
                    ->type_name("K/N");
  command->add_option("--merge", options->merge, "merge the JSON documents of all shards (cannot be used with URIs)")
      ->type_name("FILE")
      ->excludes(uris)
      ->excludes(command->get_option("--all"))
      ->excludes(command->get_option("--from"))
      ->excludes(shard);
  command->footer(
      "Examples:\n"
      "  eka plan gh:owner/repo::server@^1.2 ./set::tool\n"
      "  eka plan --all --tag ci\n"
      "  eka plan 'gh:owner/repo::lib-*'\n"
      "  eka plan --shard 1/4 --json --all >1.json; eka plan --merge *.json\n");
  command->callback([options, &action] {
    action = [options](const Common& common) {
      return options->merge.empty() ? plan(common, *options) : merge(options->merge);
    };
  });
}

}  // namespace eka::cli
