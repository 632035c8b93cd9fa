// eka diff: the differences between two lock files.
#include <memory>

#include <fmt/format.h>

#include "cli/command/command.h"
#include "cli/output/print.h"
#include "engine/resolve/lock_changes.h"
#include "git/object/working_file.h"

namespace eka::cli {
namespace {

struct DiffOptions {
  std::string before, after;
  bool exit_code = false;
  bool json = false;
};

atom::Lock lock_named(const std::string& name) {
  const bool standard = name == "-";
  return unwrap(
      atom::Lock::parse(git::read_required_file(standard ? "/dev/stdin" : name), standard ? "standard input" : name));
}

atom::Json change_json(const engine::LockChange& change) {
  atom::Json out;
  out["type"] = change.type;
  out["name"] = change.name;
  out["owner"] = change.owner.empty() ? atom::Json() : atom::Json(change.owner);
  out["before"] = change.before ? atom::Json(*change.before) : atom::Json();
  out["after"] = change.after ? atom::Json(*change.after) : atom::Json();
  return out;
}

int diff(const DiffOptions& options) {
  if (options.before == "-" && options.after == "-") {
    throw Error(Kind::usage, "both lock files cannot be read from standard input");
  }
  const auto before = lock_named(options.before);
  const auto after = lock_named(options.after);
  const auto changes = engine::compare_locks(before, after);
  if (options.json) {
    atom::Json document;
    document["format"] = 1;
    document["changes"] = atom::Json::Array{};
    for (const auto& change : changes) document["changes"].push_back(change_json(change));
    print(Text::pretty(document));
  } else if (!(before == after)) {
    Text text;
    for (const auto& line : engine::lock_changes(before, after)) text += line + "\n";
    print(text);
  }
  return options.exit_code && !(before == after) ? 1 : 0;
}

}  // namespace

void add_diff(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("diff", "show which versions differ between two lock files");
  const auto options = std::make_shared<DiffOptions>();
  command->add_option("before", options->before, "an atom.lock; `-`: standard input")->type_name("FILE")->required();
  command->add_option("after", options->after, "an atom.lock; `-`: standard input")->type_name("FILE")->required();
  command->add_flag("--exit-code", options->exit_code, "exit with 1 if there are differences");
  command->add_flag("--json", options->json, "print a JSON document");
  command->footer(
      "`git show HEAD:./atom.lock | eka diff - atom.lock` shows what differs from the\nlast commit.\n\n"
      "Example:\n  eka diff old/atom.lock atom.lock\n");
  command->callback([options, &action] { action = [options](const Common&) { return diff(*options); }; });
}

}  // namespace eka::cli
