// eka config: the effective configuration, and where each value was set.
#include <memory>

#include <fmt/format.h>

#include "atom/json/json.h"
#include "base/text.h"
#include "cli/command/command.h"
#include "cli/command/settings.h"

namespace eka::cli {
namespace {

int show(const Common& common, bool json) {
  atom::Json document(atom::Json::Array{});
  Text text;
  for (const auto& entry : read_configuration(common.options).entries()) {
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
  auto* command = app.add_subcommand("config", "show the effective configuration and where each value was set");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "print JSON");
  command->footer("Example:\n  eka config --json\n");
  command->callback([json, &action] { action = [json](const Common& common) { return show(common, *json); }; });
}

}  // namespace eka::cli
