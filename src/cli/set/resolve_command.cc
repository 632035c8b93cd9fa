// eka resolve: updates lock files to match their manifests.
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/report_json.h"
#include "engine/resolve/resolve.h"

namespace eka::cli {
namespace {

struct ResolveOptions {
  engine::ResolveRequest request;
  bool json = false;
};

atom::Json atom_json(const engine::ResolvedAtom& atom) {
  atom::Json out;
  out["label"] = atom.label.str();
  out["lock"] = atom.lock_file.string();
  out["atoms"] = atom::Json::Array{};
  for (const auto& locked : atom.lock.atoms) {
    atom::Json entry;
    entry["label"] = locked.label.str();
    entry["version"] = locked.version.str();
    entry["set"] = locked.set.hex();
    entry["id"] = locked.id.str();
    if (locked.rev) entry["rev"] = locked.rev->hex();
    out["atoms"].push_back(std::move(entry));
  }
  out["changes"] = atom::Json::Array{};
  for (const auto& change : atom.changes) out["changes"].push_back(change);
  return out;
}

atom::Json report_json(const engine::ResolveReport& report) {
  atom::Json document;
  document["format"] = 1;
  document["locks"] = atom::Json::Array{};
  for (std::size_t i = 0; i < report.atoms.size(); ++i) {
    const auto& atom = report.atoms[i];
    atom::Json entry = atom ? atom_json(*atom) : atom::Json(atom::Json::Object{});
    if (!atom) entry["error"] = error_json(atom.error());
    entry["directory"] = report.names[i];
    document["locks"].push_back(std::move(entry));
  }
  document["remotes"] = costs_json(report.remotes);
  return document;
}

int resolve(const Common& common, const ResolveOptions& options) {
  const Palette palette(common.color);
  const auto preferences = read_preferences(common);
  engine::ResolveReport report;
  {
    const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
    report = with_engine<engine::ResolveReport>(preferences.settings, *display, [&](engine::Context& context) {
      return engine::resolve(context, options.request);
    });
  }
  if (options.json) print(Text::pretty(report_json(report)));
  std::vector<Error> errors;
  for (const auto& atom : report.atoms) {
    if (!atom) {
      errors.push_back(atom.error());
    } else if (common.quiet == 0 && !options.json) {
      print_error("{}: {}\n", atom->name, atom->changes.empty() ? "atom.lock is up to date" : "wrote atom.lock");
      for (const auto& change : atom->changes) print_error("  {}\n", change);
    }
  }
  print_error(describe(errors, palette));
  if (common.verbose > 0) tell_costs(report.remotes);
  return exit_code(errors);
}

}  // namespace

void add_resolve(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("resolve", "update atom.lock to match atom.toml");
  const auto options = std::make_shared<ResolveOptions>();
  auto& request = options->request;
  request.directory = ".";
  auto* atoms = command
                    ->add_option("atom", request.atoms,
                                 "directory or label of an atom (default: the atom in the current directory)")
                    ->type_name("ATOM");
  command->add_flag("--all", request.all, "resolve all atoms of the set")->excludes(atoms);
  auto* fresh = command->add_flag("--fresh", request.fresh, "ignore atom.lock and select the highest versions");
  command->add_flag("--locked", request.locked, "fail if atom.lock is out of date; write nothing")->excludes(fresh);
  command->add_flag("--json", options->json, "print a JSON document");
  command->footer("Example:\n  eka resolve --all --fresh\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return resolve(common, *options); }; });
}

}  // namespace eka::cli
