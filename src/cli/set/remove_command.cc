// eka remove: removes dependencies from manifest and lock file.
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"
#include "engine/edit/remove.h"

namespace eka::cli {
namespace {

struct RemoveOptions {
  std::vector<std::string> names;
  std::string path = ".";
};

int remove(const Common& common, const RemoveOptions& options) {
  const Palette palette(common.color);
  const auto preferences = read_preferences(common);
  engine::RemoveRequest request{options.path, {}};
  for (const auto& name : options.names) {
    auto parsed = engine::DependencyName::parse(name);
    if (!parsed) throw std::move(parsed).error().within("parsing " + name);
    if (parsed->version) {
      throw Error(Kind::usage, fmt::format("cannot remove {}: a manifest names no versions", parsed->str()))
          .with_hint("leave out the version");
    }
    request.removed.push_back(*std::move(parsed));
  }
  engine::RemoveReport report;
  {
    const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
    report = with_engine<engine::RemoveReport>(
        preferences.settings, *display, [&](engine::Context& context) { return engine::remove(context, request); });
  }
  if (common.quiet == 0) {
    for (const auto& entry : report.entries) print_error("removed {} from {}\n", entry, report.file);
    for (const auto& change : report.changes) print_error("  {}\n", change);
    for (const auto& note : report.notes) print_error("note: {}\n", note);
  }
  if (common.verbose > 0) tell_costs(report.remotes);
  return 0;
}

}  // namespace

void add_remove(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("remove", "remove dependencies from atom.toml and atom.lock");
  const auto options = std::make_shared<RemoveOptions>();
  command->add_option("name", options->names, "label of an atom or name of a direct source, as [SET::]LABEL")
      ->type_name("DEPENDENCY")
      ->required();
  command->add_option("-p,--path", options->path, "directory of the atom (default: current directory)")
      ->type_name("PATH");
  command->footer("Example:\n  eka remove auth\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return remove(common, *options); }; });
}

}  // namespace eka::cli
