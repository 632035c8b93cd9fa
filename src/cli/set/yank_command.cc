// eka yank: withdraws published versions.
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/command/settings.h"
#include "cli/command/with_engine.h"
#include "cli/output/complain.h"
#include "cli/output/print.h"
#include "engine/publish/yank.h"

namespace eka::cli {
namespace {

struct YankOptions {
  std::vector<std::string> versions;
  engine::YankRequest request;
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

int yank(const Common& common, const YankOptions& options) {
  const Palette palette(common.color);
  const auto preferences = read_preferences(common);
  auto request = options.request;
  for (const auto& text : options.versions) request.versions.push_back(parse_version(text));
  if (request.undo && !request.reason.empty()) throw Error(Kind::usage, "--reason cannot be used with --undo");
  engine::YankReport report;
  {
    const auto display = make_display(decide(common.progress, common.quiet), common.verbose, palette);
    report = with_engine<engine::YankReport>(preferences.settings, *display,
                                             [&](engine::Context& context) { return engine::yank(context, request); });
  }
  std::vector<Error> errors;
  for (const auto& [label, version, changed, refusal] : report.versions) {
    const auto name = label.str() + " " + version.str();
    if (refusal) {
      errors.push_back(Error(*refusal).within(
          fmt::format("{} {} at {}", request.undo ? "undoing the yank of" : "yanking", name, report.remote)));
    } else if (common.quiet == 0) {
      const char* what = request.undo ? (changed ? "is no longer yanked" : "was not yanked")
                                      : (changed ? "is yanked" : "was yanked before");
      print_error("{} {} at {}\n", name, what, report.remote);
    }
  }
  print_error(describe(errors, palette));
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
  command->footer(
      "Lock files that contain a yanked version can still be used.\n\n"
      "Examples:\n"
      "  eka yank server@1.2.0 --reason 'fails to start without IPv6'\n"
      "  eka yank --undo server@1.2.0\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return yank(common, *options); }; });
}

}  // namespace eka::cli
