// eka prefetch URI… / --lock FILE…: fetches closures into the cache.
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/lock_file.h"
#include "cli/command/record_options.h"
#include "cli/command/settings.h"
#include "cli/command/selection.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"
#include "cli/progress/summary.h"
#include "engine/plan/prefetch.h"

namespace eka::cli {
namespace {

struct PrefetchOptions {
  RecordOptions record;
  SelectionOptions atoms;
  std::vector<std::string> locks;
  bool json = false;
};

atom::Json atom_json(const engine::Published& atom) {
  atom::Json out;
  out["set"] = atom.set.hex();
  out["label"] = atom.label.str();
  out["version"] = atom.version.str();
  out["rev"] = atom.rev.hex();
  return out;
}

atom::Json closure_json(const Result<engine::Prefetched>& closure) {
  atom::Json out(atom::Json::Object{});
  if (!closure) {
    out["error"] = error_json(closure.error());
    return out;
  }
  if (closure->root) out["root"] = atom_json(*closure->root);
  out["atoms"] = atom::Json::Array{};
  for (const auto& atom : closure->atoms) out["atoms"].push_back(atom_json(atom));
  out["milliseconds"] = times_json(closure->milliseconds);
  return out;
}

// What item `index` of the report was requested as: a URI as typed, or a file.
std::pair<const char*, std::string> asked(const engine::PrefetchRequest& request, std::size_t index) {
  if (index < request.items.size()) return {"uri", request.items[index].typed};
  return {"lock", request.locks[index - request.items.size()].name};
}

atom::Json report_json(const engine::PrefetchRequest& request, const engine::PrefetchReport& report) {
  atom::Json document;
  document["format"] = 1;
  document["closures"] = atom::Json::Array{};
  for (std::size_t i = 0; i < report.closures.size(); ++i) {
    auto entry = closure_json(report.closures[i]);
    const auto [key, name] = asked(request, i);
    entry[key] = name;
    document["closures"].push_back(std::move(entry));
  }
  document["remotes"] = costs_json(report.remotes);
  return document;
}

coro::Task<engine::PrefetchReport> select_and_prefetch(engine::Context* context, engine::Selection selection,
                                                       engine::PrefetchRequest* request) {
  request->items = co_await engine::select(*context, std::move(selection));
  co_return co_await engine::prefetch(*context, *request);
}

int prefetch(const Common& common, const PrefetchOptions& options) {
  const Palette palette(common.color);
  const auto preferences = read_preferences(common);
  const auto selection = options.atoms.read(preferences.aliases);
  engine::PrefetchRequest request{{}, {}, options.atoms.fail_fast};
  for (const auto& name : options.locks) request.locks.push_back(read_lock(name));

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
  if (options.json) print(Text::pretty(report_json(request, report)));
  print_error(describe(errors, palette));
  if (common.verbose > 0) tell_costs(report.remotes);
  record.finish(report.remotes);
  display->end_with(prefetch_summary(report, display->elapsed()));
  return exit_code(errors);
}

}  // namespace

void add_prefetch(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("prefetch", "fetch atoms and their dependencies into the cache");
  const auto options = std::make_shared<PrefetchOptions>();
  options->atoms.add_to(*command);
  command->add_option("--lock", options->locks, "fetch the closure of a lock file (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_flag("--json", options->json,
                    "print a JSON document with atoms, times, and requests and bytes per remote");
  options->record.add_to(*command);
  command->footer("Example:\n  eka prefetch --lock server/atom.lock && eka --offline plan ::server\n");
  command->callback([options, &action] {
    if (options->locks.empty()) options->atoms.check_given(", --lock");
    action = [options](const Common& common) { return prefetch(common, *options); };
  });
}

}  // namespace eka::cli
