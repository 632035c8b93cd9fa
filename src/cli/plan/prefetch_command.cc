// eka prefetch URI… / --lock FILE…: fetches closures into the cache, or says what of them is missing there.
#include <memory>

#include <fmt/format.h>

#include "cli/ci/report_errors.h"
#include "cli/command/command.h"
#include "cli/command/lock_file.h"
#include "cli/command/record_options.h"
#include "cli/command/selection.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"
#include "cli/plan/prefetch_report.h"
#include "cli/progress/summary.h"

namespace eka::cli {
namespace {

struct PrefetchOptions {
  RecordOptions record;
  SelectionOptions atoms;
  std::vector<std::string> locks;
  bool check = false;
  bool json = false;
};

coro::Task<engine::PrefetchReport> select_and_prefetch(engine::Context* context, engine::Selection selection,
                                                       engine::PrefetchRequest* request) {
  request->items = co_await engine::select(*context, std::move(selection));
  co_return co_await engine::prefetch(*context, *request);
}

coro::Task<MissingReport> select_and_check(engine::Context* context, engine::Selection selection,
                                           engine::PrefetchRequest* request) {
  request->items = co_await engine::select(*context, std::move(selection));
  co_return co_await engine::find_missing(*context, *request);
}

int prefetch(const Common& common, const PrefetchOptions& options, const Preferences& preferences,
             engine::PrefetchRequest request) {
  const Palette palette(common.color);
  const auto selection = options.atoms.read(preferences.aliases);
  const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
  Record record(options.record, "prefetch", options.atoms.typed(), preferences.settings.jobs, *display);
  const auto report = with_engine<engine::PrefetchReport>(
      preferences.settings, *display,
      [&](engine::Context& context) { return select_and_prefetch(&context, selection, &request); });
  display->end();

  std::vector<Error> errors;
  for (const auto& closure : report.closures) {
    if (!closure) errors.push_back(closure.error());
  }
  if (options.json) print(Text::pretty(prefetch_document(request, report, display->elapsed())));
  report_errors(errors, palette);
  if (common.verbose > 0) tell_costs(report.remotes);
  record.finish(report.remotes);
  display->end_with(prefetch_summary(report, display->elapsed()));
  return exit_code(errors);
}

int check(const Common& common, const PrefetchOptions& options, Preferences preferences,
          engine::PrefetchRequest request) {
  const Palette palette(common.color);
  const auto selection = options.atoms.read(preferences.aliases);
  preferences.settings.offline = true;
  const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
  const auto report = with_engine<MissingReport>(preferences.settings, *display, [&](engine::Context& context) {
    return select_and_check(&context, selection, &request);
  });
  display->end();
  if (options.json) {
    print(Text::pretty(missing_document(request, report)));
  } else {
    print(missing_text(report));
  }
  std::vector<Error> errors;
  for (const auto& closure : report) {
    if (!closure) errors.push_back(closure.error());
  }
  if (const auto summary = missing_summary(report); !summary.empty()) {
    errors.push_back(Error(Kind::offline, summary).with_hint("run the command without --check to fetch them"));
  }
  print_error(describe(errors, palette));
  return exit_code(errors);
}

int run(const Common& common, const PrefetchOptions& options) {
  auto preferences = read_preferences(common);
  engine::PrefetchRequest request{{}, {}, options.atoms.fail_fast};
  for (const auto& name : options.locks) request.locks.push_back(read_lock(name));
  if (options.check) return check(common, options, std::move(preferences), std::move(request));
  return prefetch(common, options, preferences, std::move(request));
}

}  // namespace

void add_prefetch(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("prefetch", "fetch atoms and their dependencies into the cache");
  const auto options = std::make_shared<PrefetchOptions>();
  options->atoms.add_to(*command);
  command->add_option("--lock", options->locks, "fetch the closure of a lock file (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_flag("--check", options->check,
                    "fetch nothing, and print what is not cached (exit code 7 if there is something)");
  command->add_flag("--json", options->json,
                    "print a JSON document with atoms, times, and requests and bytes per remote "
                    "(docs/prefetch.schema.json)");
  options->record.add_to(*command);
  command->footer(
      "Examples:\n"
      "  eka prefetch --all && eka --offline plan --all\n"
      "  eka prefetch --lock server/atom.lock --lock client/atom.lock\n");
  command->callback([options, &action] {
    if (options->locks.empty()) options->atoms.check_given(", --lock");
    action = [options](const Common& common) { return run(common, *options); };
  });
}

}  // namespace eka::cli
