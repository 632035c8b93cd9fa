// eka config: the effective configuration, and where each value was set.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "atom/json/json.h"
#include "base/text.h"
#include "cli/command/command.h"
#include "cli/command/settings.h"

namespace eka::cli {
namespace {

struct ConfigOptions {
  std::vector<std::string> keys;
  bool json = false;
};

// Those of `entries` that are called `keys`, in this order; all without keys.
std::vector<atom::Config::Entry> chosen(std::vector<atom::Config::Entry> entries,
                                        const std::vector<std::string>& keys) {
  if (keys.empty()) return entries;
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.key);
  std::vector<atom::Config::Entry> out;
  for (const auto& key : keys) {
    const auto found = std::ranges::find(entries, key, &atom::Config::Entry::key);
    if (found == entries.end()) {
      const auto near = nearest(key, names);
      throw Error(Kind::usage, fmt::format("unknown configuration key '{}'", key))
          .with_hint(near.empty() ? "run `eka config` to list all" : fmt::format("did you mean '{}'?", near));
    }
    out.push_back(*found);
  }
  return out;
}

int show(const Common& common, const ConfigOptions& options) {
  atom::Json document(atom::Json::Array{});
  Text text;
  for (const auto& entry : chosen(read_configuration(common.options).entries(), options.keys)) {
    if (!options.json) {
      text += fmt::format("{} = {}  # {}\n", entry.key, printable_json(entry.value.canonical()), entry.origin.str());
      continue;
    }
    document.push_back(atom::Json::Object{{"key", entry.key}, {"value", entry.value}, {"from", entry.origin.str()}});
  }
  print(options.json ? Text::pretty(document) : text);
  return 0;
}

}  // namespace

void add_config(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("config", "show the effective configuration and where each value was set");
  const auto options = std::make_shared<ConfigOptions>();
  command->add_option("key", options->keys, "keys to show, such as plan.jobs (default: all)")->type_name("KEY");
  command->add_flag("--json", options->json, "print JSON");
  command->footer(
      "Examples:\n  eka config --json\n  eka config plan.jobs\n\nRun `eka help configuration` for what the keys "
      "mean.\n");
  command->callback(
      [options, &action] { action = [options](const Common& common) { return show(common, *options); }; });
}

}  // namespace eka::cli
