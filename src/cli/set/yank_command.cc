// eka yank: withdraws published versions.
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/print.h"
#include "cli/output/report_json.h"
#include "engine/publish/yank.h"

namespace eka::cli {
namespace {

struct YankOptions {
  std::vector<std::string> versions;
  engine::YankRequest request;
  bool json = false;
};

std::pair<atom::Label, atom::Version> parse_version(const std::string& text) {
  const auto at = text.find('@');
  if (at == std::string::npos) {
    throw Error(Kind::usage, fmt::format("no version was specified: {}", text))
        .with_hint("write LABEL@VERSION, such as server@1.2.0");
  }
  const bool has_colons = text.starts_with("::");
  return {unwrap(atom::Label::parse(text.substr(has_colons ? 2 : 0, at - (has_colons ? 2 : 0)))),
          unwrap(atom::Version::parse(text.substr(at + 1)))};
}

std::vector<Error> errors_of(const engine::YankReport& report, bool undo) {
  std::vector<Error> out;
  for (const auto& [label, version, changed, refusal] : report.versions) {
    if (!refusal) continue;
    out.push_back(Error(*refusal).within(fmt::format("{} {} {} at {}", undo ? "undoing the yank of" : "yanking",
                                                     label.str(), version.str(), report.remote)));
  }
  return out;
}

atom::Json document_of(const engine::YankReport& report, bool undo) {
  atom::Json document;
  document["format"] = 1;
  document["remote"] = report.remote;
  document["versions"] = atom::Json::Array{};
  for (const auto& [label, version, changed, refusal] : report.versions) {
    atom::Json entry;
    entry["label"] = label.str();
    entry["version"] = version.str();
    entry["yanked"] = refusal.has_value() == undo;
    entry["changed"] = changed;
    if (refusal) entry["error"] = error_json(*refusal);
    document["versions"].push_back(std::move(entry));
  }
  return document;
}

void tell(const engine::YankReport& report, bool undo) {
  for (const auto& [label, version, changed, refusal] : report.versions) {
    if (refusal) continue;
    const char* what =
        undo ? (changed ? "is no longer yanked" : "was not yanked") : (changed ? "is yanked" : "was yanked before");
    print_error("{} {} {} at {}\n", label.str(), version.str(), what, report.remote);
  }
}

int yank(const Common& common, const YankOptions& options) {
  const auto preferences = read_preferences(common);
  auto request = options.request;
  for (const auto& text : options.versions) request.versions.push_back(parse_version(text));
  if (request.undo && !request.reason.empty()) throw Error(Kind::usage, "--reason cannot be used with --undo");
  const auto report = with_engine<engine::YankReport>(
      preferences.settings, common, [&](engine::Context& context) { return engine::yank(context, request); });
  if (options.json) {
    print(Text::pretty(document_of(report, request.undo)));
  } else if (common.quiet == 0) {
    tell(report, request.undo);
  }
  const auto errors = errors_of(report, request.undo);
  print_error(describe(errors, Palette(common.color)));
  return exit_code(errors);
}

}  // namespace

void add_yank(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("yank", "withdraw published versions, so that new lock files do not use them");
  const auto options = std::make_shared<YankOptions>();
  auto& request = options->request;
  request.directory = ".";
  command->add_option("version", options->versions, "version of an atom of the set, as LABEL@VERSION")
      ->type_name("VERSION")
      ->required();
  command->add_flag("--undo", request.undo, "make the versions available again");
  command->add_option("--reason", request.reason, "why, for the users of the version")->type_name("TEXT");
  command->add_option("--remote", request.remote, "git remote or URL of the set (default: `origin`)")
      ->type_name("REMOTE");
  command->add_flag("--json", options->json, "print a JSON document (docs/resolve.schema.json)");
  command->footer(
      "Lock files that contain a yanked version can still be used.\n\n"
      "Examples:\n"
      "  eka yank server@1.2.0 --reason 'fails to start without IPv6'\n"
      "  eka yank --undo server@1.2.0\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return yank(common, *options); }; });
}

}  // namespace eka::cli
