// eka update: newer versions of some dependencies.
#include <memory>

#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/set/resolve_report.h"
#include "engine/edit/update.h"

namespace eka::cli {
namespace {

struct UpdateOptions {
  std::vector<std::string> names;
  GivenOptions given;
  std::string path = ".";
  bool all = false;
  bool dry_run = false;
  bool json = false;
};

int update(const Common& common, const UpdateOptions& options) {
  const auto preferences = read_preferences(with(common, options.given));
  engine::UpdateRequest request{options.path, options.all, {}, options.dry_run};
  for (const auto& name : options.names) {
    auto parsed = engine::DependencyName::parse(name);
    if (!parsed) throw std::move(parsed).error().within("parsing " + name);
    request.updated.push_back(*std::move(parsed));
  }
  const auto report = with_engine<engine::ResolveReport>(
      preferences.settings, common, [&](engine::Context& context) { return engine::update(context, request); });
  return tell_resolved(common, report, options.json, options.dry_run ? "would change atom.lock" : "wrote atom.lock");
}

}  // namespace

void add_update(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("update", "update dependencies in atom.lock to their highest possible versions");
  const auto options = std::make_shared<UpdateOptions>();
  command
      ->add_option("name", options->names,
                   "label of an atom or name of a direct source, as [SET::]LABEL[@VERSION]; everything else keeps its "
                   "version, unless these need another one (default: update everything)")
      ->type_name("DEPENDENCY");
  command->add_option("-p,--path", options->path, "directory of the atom (default: current directory)")
      ->type_name("PATH");
  command->add_flag("--all", options->all, "in all atoms of the set that have these dependencies");
  add_options(*command, OptionGroup::resolving, options->given);
  command->add_flag("-n,--dry-run", options->dry_run, "print the changes, write nothing");
  command->add_flag("--json", options->json, "print a JSON document (docs/resolve.schema.json)");
  command->footer(
      "Examples:\n"
      "  eka update auth\n"
      "  eka update auth@1.4.2 --all\n"
      "  eka update --dry-run\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return update(common, *options); }; });
}

}  // namespace eka::cli
