// eka remove: removes dependencies from manifest and lock file.
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"
#include "cli/set/resolve_report.h"
#include "engine/edit/remove.h"

namespace eka::cli {
namespace {

struct RemoveOptions {
  std::vector<std::string> names;
  std::string path = ".";
  bool json = false;
};

atom::Json document_of(const engine::RemoveReport& report) {
  atom::Json document;
  document["format"] = 1;
  document["manifest"] = report.file;
  document["removed"] = atom::Json::Array{};
  for (const auto& [name, set] : report.removed) {
    atom::Json entry;
    entry["name"] = name;
    if (!set.empty()) entry["set"] = set;
    document["removed"].push_back(std::move(entry));
  }
  document["locks"] = atom::Json::Array{lock_json(report.resolved)};
  document["remotes"] = costs_json(report.remotes);
  return document;
}

void tell(const engine::RemoveReport& report) {
  for (const auto& [name, set] : report.removed) {
    print_error("removed {}{} from {}\n", name, set.empty() ? "" : fmt::format(" from `{}`", set), report.file);
  }
  for (const auto& change : report.resolved.changes) print_error("  {}\n", change);
}

int remove(const Common& common, const RemoveOptions& options) {
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
  const auto report = with_engine<engine::RemoveReport>(
      preferences.settings, common, [&](engine::Context& context) { return engine::remove(context, request); });
  if (options.json) {
    print(Text::pretty(document_of(report)));
  } else if (common.quiet == 0) {
    tell(report);
  }
  if (common.quiet == 0) {
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
  command->add_flag("--json", options->json, "print a JSON document (docs/resolve.schema.json)");
  command->footer("Example:\n  eka remove auth\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return remove(common, *options); }; });
}

}  // namespace eka::cli
