// eka build URI…: prints the output paths of each URI, in the order given.
#include <memory>

#include <fmt/format.h>

#include "cli/ci/report_errors.h"
#include "cli/command/command.h"
#include "cli/command/overrides.h"
#include "cli/command/plan_options.h"
#include "cli/command/record_options.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/plan_json.h"
#include "cli/output/report_json.h"
#include "cli/output/while_read.h"
#include "cli/progress/summary.h"
#include "engine/build.h"

namespace eka::cli {
namespace {

struct BuildOptions {
  PlanOptions plan;
  RecordOptions record;
  std::optional<std::string> builders;
  bool json = false;
  std::string code_quality;
};

atom::Json document_of(const engine::PlanRequest& request, const engine::BuildReport& report) {
  std::vector<const Error*> failures;
  for (const auto& failure : report.failures) failures.push_back(failure ? &*failure : nullptr);
  return build_document(request, report.plan, failures);
}

// What a build needs that selects its atoms first.
struct BuildRun {
  const BuildOptions& options;
  const Preferences& preferences;
  const Palette& palette;
  Display& display;
  engine::BuildRequest request{};
};

coro::Task<engine::BuildReport> select_and_build(engine::Context* context, engine::Selection selection, BuildRun* run) {
  auto& items = run->request.plan.items;
  items = co_await select_with_overrides(*context, std::move(selection), run->options.plan.overrides,
                                         run->preferences.aliases, run->palette);
  run->display.expect(items.size());
  co_return co_await engine::build(*context, run->request);
}

int build(const Common& common, const BuildOptions& options) {
  const Palette palette(common.color);
  const Preferences preferences = read_preferences(with(common, options.plan.given));
  const auto selection = options.plan.atoms.read(preferences.aliases);

  const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
  Record record(options.record, "build", options.plan.atoms.typed(), preferences.settings.jobs, *display);
  BuildRun run{options, preferences, palette, *display};
  run.request = {{{}, options.plan.atoms.fail_fast}, options.builders, preferences.jobs};
  auto report = with_engine<engine::BuildReport>(preferences.settings, *display, [&](engine::Context& context) {
    return while_read(select_and_build(&context, selection, &run));
  });
  display->end();

  std::vector<Error> errors;
  Text paths;
  for (std::size_t i = 0; i < report.failures.size(); ++i) {
    if (report.failures[i]) {
      errors.push_back(*report.failures[i]);
    } else if (!options.json) {
      for (const auto& output : report.plan.plans[i]->outputs) paths += output.path + "\n";
    }
  }
  print(options.json ? Text::pretty(document_of(run.request.plan, report)) : paths);
  report_errors(errors, palette, {options.code_quality, working_trees(run.request.plan.items)});
  if (common.verbose > 0) tell_costs(report.plan.remotes);
  record.finish(report.plan.remotes);
  display->end_with(build_summary(report.plan, errors.size(), display->elapsed()));
  return exit_code(errors);
}

}  // namespace

void add_build(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("build", "plan atoms, build them with Nix and print output paths");
  const auto options = std::make_shared<BuildOptions>();
  options->plan.add_to(*command);
  options->record.add_to(*command);
  command->add_option("--builders", options->builders, "remote build machines, in the syntax of Nix's --builders")
      ->type_name("BUILDERS");
  command->add_option("--code-quality", options->code_quality, code_quality_help)->type_name("FILE");
  command->add_flag("--json", options->json, "print a JSON document (docs/plan.schema.json)");
  command->footer("Example:\n  eka build --builders 'ssh://builder x86_64-linux' gh:owner/repo::server\n");
  command->callback([options, &action] {
    action = [options](const Common& common) {
      return with_code_quality({options->code_quality}, [&] { return build(common, *options); });
    };
  });
}

}  // namespace eka::cli
