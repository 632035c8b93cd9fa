// eka plan URI…: prints one .drv path per URI, in the order given.
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "cli/ci/merge_plans.h"
#include "cli/ci/report_errors.h"
#include "cli/command/command.h"
#include "cli/command/overrides.h"
#include "cli/command/plan_options.h"
#include "cli/command/record_options.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/plan_json.h"
#include "cli/output/plan_lines.h"
#include "cli/output/plan_paths.h"
#include "cli/output/report_json.h"
#include "cli/output/while_read.h"
#include "cli/plan/diff.h"
#include "cli/plan/eval_jobs.h"
#include "cli/progress/summary.h"
#include "engine/plan.h"
#include "git/object/working_file.h"

namespace eka::cli {
namespace {

struct Options {
  PlanOptions plan;
  RecordOptions record;
  std::string json;  // "", "document", "lines" or "eval-jobs"
  bool meta = false;
  bool check_cache = false;
  std::string code_quality;
  std::string shard;
  std::vector<std::string> merge;
  std::vector<std::string> diff;  // BASE and HEAD
  bool markdown = false;
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
  request.items = co_await select_with_overrides(*context, std::move(selection), options.plan.overrides,
                                                 run->preferences.aliases, run->palette);
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
  const Preferences preferences = read_preferences(with(common, options.plan.given));
  const auto selection = options.plan.atoms.read(preferences.aliases);
  std::optional<Shard> shard;
  if (!options.shard.empty()) shard = unwrap(Shard::parse(options.shard));
  if (options.json == "eval-jobs") {
    return plan_eval_jobs(common, preferences, options.plan, selection,
                          {.shard = shard,
                           .meta = options.meta,
                           .check_cache = options.check_cache,
                           .code_quality = options.code_quality});
  }
  if (options.meta || options.check_cache) {
    throw Error(Kind::usage,
                fmt::format("{} requires --json=eval-jobs", options.meta ? "--meta" : "--check-cache-status"));
  }

  engine::PlanReport report;
  const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
  Record record(options.record, "plan", options.plan.atoms.typed(), preferences.settings.jobs, *display);
  PlanRun run{options, preferences, palette, *display, shard};
  {
    Early early;
    report = with_engine<engine::PlanReport>(preferences.settings, *display, [&](engine::Context& context) {
      return while_written(select_and_plan(&context, selection, &run, &early), &early);
    });
    if (early.lines) early.lines->finish(report);
    if (early.paths) early.paths->finish();
  }
  display->end();

  if (options.json == "document") print(Text::pretty(plan_document(run.request, report, shard)));
  const auto errors = errors_of(report);
  report_errors(errors, palette, {options.code_quality, working_trees(run.request.items)});
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

DiffFormat diff_format(const Options& options) {
  if (options.markdown) return DiffFormat::markdown;
  return options.json.empty() ? DiffFormat::text : DiffFormat::json;
}

}  // namespace

void add_plan(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("plan", "fetch and evaluate atoms, print the paths of their derivations");
  const auto options = std::make_shared<Options>();
  auto* uris = options->plan.add_to(*command);
  command
      ->add_flag("--json{document}", options->json,
                 "print a JSON document; with =lines, one object per plan as soon as it is ready, then a summary "
                 "(docs/plan.schema.json); with =eval-jobs, the lines of nix-eval-jobs (docs/eval-jobs.schema.json)")
      ->check(one_of({"document", "lines", "eval-jobs"}))
      ->option_text("[=lines|=eval-jobs]");
  command->add_flag("--meta", options->meta, "with --json=eval-jobs: print `meta` of each derivation");
  command->add_flag("--check-cache-status", options->check_cache,
                    "with --json=eval-jobs: print whether the outputs exist, in the Nix store or its substituters");
  options->record.add_to(*command);
  auto* shard = command
                    ->add_option("--shard", options->shard,
                                 "plan only the K-th of N parts of the atoms, to distribute them to N machines")
                    ->type_name("K/N");
  command->add_option("--code-quality", options->code_quality, code_quality_help)->type_name("FILE");
  auto* merge_option =
      command
          ->add_option("--merge", options->merge, "merge the JSON documents of all shards (cannot be used with URIs)")
          ->type_name("FILE")
          ->excludes(uris)
          ->excludes(command->get_option("--all"))
          ->excludes(command->get_option("--from"))
          ->excludes(shard);
  auto* diff =
      command
          ->add_option("--diff", options->diff,
                       "compare the set in two commits (HEAD is the default of the second): which atoms, inputs "
                       "and derivations change; with --json, docs/plan.schema.json")
          ->type_name("BASE [HEAD]")
          ->expected(1, 2)
          ->excludes(uris)
          ->excludes(command->get_option("--all"))
          ->excludes(command->get_option("--from"))
          ->excludes(shard)
          ->excludes(merge_option);
  command->add_flag("--markdown", options->markdown, "print the comparison of --diff as a Markdown table")->needs(diff);
  command->footer(
      "Examples:\n"
      "  eka plan gh:owner/repo::server@^1.2 ./set::tool\n"
      "  eka plan --all --tag ci\n"
      "  eka plan 'gh:owner/repo::lib-*'\n"
      "  eka plan --diff origin/main --markdown\n"
      "  eka plan --shard 1/4 --json --all >1.json; eka plan --merge *.json\n");
  command->callback([options, &action] {
    action = [options](const Common& common) {
      if (!options->merge.empty()) return merge(options->merge);
      if (!options->diff.empty()) return plan_diff(common, options->plan, options->diff, diff_format(*options));
      return with_code_quality({options->code_quality}, [&] { return plan(common, *options); });
    };
  });
}

}  // namespace eka::cli
