// eka outdated: dependencies that have newer versions.
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/command/working_atoms.h"
#include "cli/inspect/columns.h"
#include "cli/output/ending.h"
#include "cli/output/report_json.h"
#include "engine/query/outdated.h"

namespace eka::cli {
namespace {

struct OutdatedOptions {
  engine::OutdatedRequest request;
  GivenOptions given;
  bool exit_code = false;
  bool json = false;
};

std::string shown(const std::optional<atom::Version>& version) {
  return version ? version->str() : "-";
}

std::string text_of(const engine::OutdatedDependencies& found) {
  std::vector<std::vector<std::string>> rows{{"NAME", "LOCKED", "UPDATE", "LATEST", "SET"}};
  for (const auto& atom : found.atoms) {
    rows.push_back({atom.label.str(), atom.locked.str() + (atom.yanked ? " (yanked)" : ""), shown(atom.update),
                    shown(atom.latest), atom.tag});
  }
  for (const auto& source : found.sources) {
    const auto brief = [](const std::string& pin) { return pin.size() == 40 ? pin.substr(0, 12) : pin; };
    rows.push_back({source.name, brief(source.locked), brief(source.update), brief(source.update), "-"});
  }
  return in_columns(rows);
}

atom::Json json_of(const engine::OutdatedDependencies& found) {
  const auto version = [](const std::optional<atom::Version>& each) {
    return each ? atom::Json(each->str()) : atom::Json();
  };
  atom::Json out;
  out["atoms"] = atom::Json::Array{};
  for (const auto& atom : found.atoms) {
    atom::Json entry;
    entry["label"] = atom.label.str();
    entry["set"] = atom.set.hex();
    entry["tag"] = atom.tag;
    entry["locked"] = atom.locked.str();
    entry["update"] = version(atom.update);
    entry["latest"] = version(atom.latest);
    entry["direct"] = atom.direct;
    entry["yanked"] = atom.yanked;
    out["atoms"].push_back(std::move(entry));
  }
  out["sources"] = atom::Json::Array{};
  for (const auto& source : found.sources) {
    atom::Json entry;
    entry["name"] = source.name;
    entry["locked"] = source.locked;
    entry["update"] = source.update;
    out["sources"].push_back(std::move(entry));
  }
  out["left_out"] = left_out_json(found.left_out);
  return out;
}

int outdated(const Common& common, const OutdatedOptions& options) {
  const auto preferences = read_preferences(with(common, options.given));
  const auto report = with_engine<engine::OutdatedReport>(preferences.settings, common, [&](engine::Context& context) {
    return engine::outdated(context, options.request);
  });
  Ending ending;
  bool some = false;
  ending.document["format"] = 1;
  ending.document["locks"] = atom::Json::Array{};
  for (std::size_t i = 0; i < report.atoms.size(); ++i) {
    const auto& found = report.atoms[i];
    atom::Json entry = found ? json_of(*found) : atom::Json(atom::Json::Object{});
    if (!found) entry["error"] = error_json(found.error());
    entry["directory"] = report.names[i];
    ending.document["locks"].push_back(std::move(entry));
    if (!found) {
      ending.errors.push_back(found.error());
      continue;
    }
    if (found->atoms.empty() && found->sources.empty()) {
      if (common.quiet == 0 && !options.json) print_error("{}: everything is up to date\n", found->name);
      continue;
    }
    some = true;
    if (report.atoms.size() > 1) ending.text += (ending.text.empty() ? "" : "\n") + found->name + ":\n";
    ending.text += text_of(*found);
  }
  ending.document["remotes"] = costs_json(report.remotes);
  const int code = end_with(ending, options.json, report.remotes, Palette(common.color), common.verbose > 0);
  return ending.errors.empty() && some && options.exit_code ? 1 : code;
}

}  // namespace

void add_outdated(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("outdated", "show dependencies that have newer versions");
  const auto options = std::make_shared<OutdatedOptions>();
  auto& request = options->request;
  request.directory = ".";
  add_working_atoms(*command, request.atoms, request.all);
  add_options(*command, OptionGroup::resolving, options->given);
  command->add_flag("--exit-code", options->exit_code, "exit with 1 if there are newer versions");
  command->add_flag("--json", options->json, "print a JSON document");
  command->footer(
      "UPDATE is the version that `eka update` would choose, LATEST the highest one\nthat is published.\n\n"
      "Example:\n  eka outdated --all\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return outdated(common, *options); }; });
}

}  // namespace eka::cli
