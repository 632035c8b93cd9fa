#include "cli/parse_error.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace eka::cli {
namespace {

// `app` and the parsed subcommands: eka, cache, gc.
std::vector<const CLI::App*> parsed_commands(const CLI::App& app) {
  std::vector<const CLI::App*> out = {&app};
  while (!out.back()->get_subcommands().empty()) out.push_back(out.back()->get_subcommands().front());
  return out;
}

std::string name_of(const std::vector<const CLI::App*>& commands) {
  std::string name;
  for (const auto* command : commands) name += (name.empty() ? "" : " ") + command->get_name();
  return name;
}

std::vector<std::string> subcommands_of(const CLI::App& command) {
  std::vector<std::string> out;
  for (const auto* each : command.get_subcommands([](const CLI::App*) { return true; })) {
    if (!each->get_name().empty()) out.push_back(each->get_name());
  }
  return out;
}

std::vector<std::string> options_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> out;
  for (const auto* command : commands) {
    for (const auto* option : command->get_options()) {
      for (const auto& name : option->get_lnames()) out.push_back(name);
    }
  }
  return out;
}

// The only candidate that begins with `word`, otherwise the nearest one.
std::string similar(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() >= 3) {
    const auto begins = [&](const std::string& candidate) { return candidate.starts_with(word); };
    const auto found = std::ranges::find_if(candidates, begins);
    if (found != candidates.end() && std::ranges::count_if(candidates, begins) == 1) return *found;
  }
  return nearest(word, candidates);
}

// CLI11 says "uri is required"; --help says URI.
std::string missing_argument(const CLI::App& command, const CLI::ParseError& error) {
  std::string name = error.what();
  constexpr std::string_view end = " is required";
  if (!name.ends_with(end)) return name;
  name.resize(name.size() - end.size());
  for (const auto* option : command.get_options()) {
    if (option->get_positional() && option->get_name(true) == name) name = option->get_type_name();
  }
  return "missing argument: " + name;
}

// The first argument that is not a command, an option or a positional.
std::optional<std::string> first_unexpected(const std::vector<const CLI::App*>& commands) {
  for (const auto* command : commands) {
    for (const auto& argument : command->remaining()) {
      if (argument != "--") return argument;
    }
  }
  return std::nullopt;
}

}  // namespace

Error parse_error(const CLI::App& app, const CLI::ParseError& error) {
  const auto commands = parsed_commands(app);
  const auto usage = fmt::format("run `{} --help` for usage", name_of(commands));
  const auto unknown = [&](std::string_view what, const std::string& argument, const std::string& suggestion) {
    return Error(Kind::usage, fmt::format("{} '{}'", what, argument))
        .with_hint(suggestion.empty() ? usage : fmt::format("did you mean '{}'?", suggestion));
  };
  const auto names = subcommands_of(*commands.back());
  const bool lacks_command = !names.empty() && commands.back()->get_require_subcommand_min() > 0;
  const bool is_about_extras = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const bool is_about_required = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  // An unknown argument may be the required one, misspelled.
  if (is_about_extras || is_about_required) {
    if (const auto argument = first_unexpected(commands)) {
      if (argument->starts_with('-') && *argument != "-") {
        const auto name = argument->substr(0, argument->find('='));
        const auto found =
            similar(name.substr(std::min(name.find_first_not_of('-'), name.size())), options_of(commands));
        return unknown("unknown option", name, found.empty() ? "" : "--" + found);
      }
      if (lacks_command) return unknown("unknown command", *argument, similar(*argument, names));
      return unknown("unexpected argument", *argument, "");
    }
  }
  if (is_about_required && lacks_command) return Error(Kind::usage, "no command was given").with_hint(usage);
  if (is_about_required) return Error(Kind::usage, missing_argument(*commands.back(), error)).with_hint(usage);
  return Error(Kind::usage, error.what()).with_hint(usage);
}

}  // namespace eka::cli
