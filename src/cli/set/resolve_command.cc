// eka resolve, eka lock: update lock files to match their manifests.
#include <memory>

#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/command/working_atoms.h"
#include "cli/set/resolve_report.h"
#include "engine/resolve/resolve.h"

namespace eka::cli {
namespace {

struct ResolveOptions {
  engine::ResolveRequest request;
  GivenOptions given;
  bool json = false;
};

int resolve(const Common& common, const ResolveOptions& options) {
  const auto preferences = read_preferences(with(common, options.given));
  const auto report = with_engine<engine::ResolveReport>(preferences.settings, common, [&](engine::Context& context) {
    return engine::resolve(context, options.request);
  });
  return tell_resolved(common, report, options.json, "wrote atom.lock");
}

}  // namespace

void add_lock(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("lock", "update atom.lock to match atom.toml, or check whether it does");
  const auto options = std::make_shared<ResolveOptions>();
  auto& request = options->request;
  request.directory = ".";
  add_working_atoms(*command, request.atoms, request.all);
  add_options(*command, OptionGroup::resolving, options->given);
  command->add_flag("--check", request.locked, "fail if atom.lock is out of date; write nothing");
  command->add_flag("--json", options->json, "print a JSON document (docs/resolve.schema.json)");
  command->footer("Example:\n  eka lock --check --all\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return resolve(common, *options); }; });
}

void add_resolve(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("resolve", "update atom.lock to match atom.toml");
  const auto options = std::make_shared<ResolveOptions>();
  auto& request = options->request;
  request.directory = ".";
  add_working_atoms(*command, request.atoms, request.all, "resolve all atoms of the set");
  add_options(*command, OptionGroup::resolving, options->given);
  auto* fresh = command->add_flag("--fresh", request.fresh, "ignore atom.lock and select the highest versions");
  command->add_flag("--locked", request.locked, "fail if atom.lock is out of date; write nothing")->excludes(fresh);
  command->add_flag("--json", options->json, "print a JSON document (docs/resolve.schema.json)");
  command->footer(
      "Examples:\n"
      "  eka resolve --all --fresh\n"
      "  eka resolve --newest-before 7d\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return resolve(common, *options); }; });
}

}  // namespace eka::cli
