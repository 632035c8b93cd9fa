// eka config: the values that are in force, and where each came from.
#include <memory>

#include <fmt/format.h>

#include "atom/json/json.h"
#include "base/text.h"
#include "cli/command/command.h"
#include "cli/command/settings.h"

namespace eka::cli {
namespace {

int show(bool json) {
  atom::Json document(atom::Json::Array{});
  Text text;
  for (const auto& entry : read_configuration().entries()) {
    if (!json) {
      text += fmt::format("{} = {}  # {}\n", entry.key, printable_json(entry.value.canonical()), entry.origin.str());
      continue;
    }
    document.push_back(atom::Json::Object{{"key", entry.key}, {"value", entry.value}, {"from", entry.origin.str()}});
  }
  print(json ? Text::pretty(document) : text);
  return 0;
}

}  // namespace

void add_config(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("config", "the configuration in force, and where each value came from");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "print JSON");
  command->callback([json, &action] { action = [json](const Common&) { return show(*json); }; });
}

}  // namespace eka::cli
