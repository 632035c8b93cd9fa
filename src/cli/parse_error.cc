#include "cli/parse_error.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "cli/option/options.h"

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

std::vector<const CLI::App*> subcommands_of(const CLI::App& command) {
  return command.get_subcommands(
      [](const CLI::App* each) { return !each->get_name().empty() && !each->get_group().empty(); });
}

std::vector<std::string> options_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> out;
  for (const auto* command : commands) {
    for (const auto* option : command->get_options()) {
      if (option->get_group().empty()) continue;
      for (const auto& name : option->get_lnames()) out.push_back(name);
    }
  }
  return out;
}

std::string lower(std::string_view word) {
  std::string out(word);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// The only candidate that begins with `word`, otherwise the nearest one.
std::string similar(std::string_view typed, const std::vector<std::string>& candidates) {
  const std::string word = lower(typed);
  if (word.size() >= 3) {
    const auto begins = [&](const std::string& candidate) { return candidate.starts_with(word); };
    const auto found = std::ranges::find_if(candidates, begins);
    if (found != candidates.end() && std::ranges::count_if(candidates, begins) == 1) return *found;
  }
  return nearest(word, candidates);
}

// The commands below `command` called `word`, by their words: "cache gc" for "gc".
std::optional<std::string> deeper(const CLI::App& command, const std::string& word, const std::string& prefix) {
  for (const auto* each : subcommands_of(command)) {
    auto name = prefix + each->get_name();
    if (each->get_name() == word) return name;
    if (auto found = deeper(*each, word, name + " ")) return found;
  }
  return std::nullopt;
}

// What could have been meant by a word that is not a command of `command`; empty if nothing is similar.
std::string suggested_command(const CLI::App& command, const std::string& typed) {
  std::vector<std::string> names;
  for (const auto* each : subcommands_of(command)) names.push_back(each->get_name());
  std::string word = lower(typed);
  if (std::ranges::find(names, word) != names.end()) return word;
  if (auto found = deeper(command, word, "")) return *found;
  // A URI without a command.
  if (typed.find("::") != std::string::npos && std::ranges::find(names, "plan") != names.end()) return "plan " + typed;
  return similar(typed, names);
}

// As in --help: URI for the positional that CLI11 calls "uri".
std::string shown_name(const std::vector<const CLI::App*>& commands, const std::string& name) {
  for (const auto* command : commands) {
    for (const auto* option : command->get_options()) {
      if (option->get_name(true) == name && option->get_positional()) return value_name(*option);
    }
  }
  return name;
}

const CLI::Option* option_called(const std::vector<const CLI::App*>& commands, const std::string& name) {
  for (const auto* command : commands) {
    for (const auto* option : command->get_options()) {
      if (option->get_name() == name || option->get_name(true) == name) return option;
    }
  }
  return nullptr;
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

// "first" and "second" of "first<between>second".
std::optional<std::pair<std::string, std::string>> split(const std::string& text, std::string_view between) {
  const auto at = text.find(between);
  if (at == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + between.size()));
}

// "--jobs: 1 required N missing", "genesis-label: At least 2 required but received 1", "--jobs: At Most 1 required but
// received 2"
std::string number_of_values(const std::vector<const CLI::App*>& commands, const std::string& text) {
  const auto parts = split(text, ": ");
  const auto* option = parts ? option_called(commands, parts->first) : nullptr;
  if (option == nullptr) {
    const auto flag = split(text, " was given a disallowed flag override");
    return flag ? flag->first + " accepts no value" : text;
  }
  const auto value = value_name(*option);
  const bool is_argument = option->get_positional();
  if (parts->second.starts_with("At Most")) {
    return is_argument ? "too many arguments for " + value : parts->first + " can be given only once";
  }
  return is_argument ? "missing argument: " + value : parts->first + " requires a value: " + value;
}

// CLI11's messages about a value, a missing value or options that exclude one another.
std::string reworded(const std::vector<const CLI::App*>& commands, const CLI::ParseError& error) {
  std::string text = error.what();
  const auto shown = [&](const std::string& name) { return shown_name(commands, name); };
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    const auto parts = split(text, " is required");
    return parts ? "missing argument: " + shown(parts->first) : text;
  }
  if (dynamic_cast<const CLI::ExcludesError*>(&error) != nullptr) {
    const auto parts = split(text, " excludes ");
    if (!parts) return text;
    // The other spelling of an option is hidden, and has no name here.
    if (parts->second.empty()) return shown(parts->first) + " is given in two spellings";
    return shown(parts->first) + " cannot be used with " + shown(parts->second);
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) return number_of_values(commands, text);
  if (dynamic_cast<const CLI::ValidationError*>(&error) != nullptr) {
    const auto parts = split(text, ": ");
    return parts ? shown(parts->first) + ": " + parts->second : text;
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    const auto parts = split(text, "Could not convert: ");
    const auto value = parts ? split(parts->second, " = ") : std::nullopt;
    if (!value) return text;
    const auto* option = option_called(commands, value->first);
    const bool is_flag = option != nullptr && (option->get_expected_max() == 0 || value_name(*option) == "BOOL");
    return fmt::format("{}: invalid value “{}”{}", shown(value->first), printable(value->second, 80),
                       is_flag ? ": must be true or false" : "");
  }
  if (dynamic_cast<const CLI::InvalidError*>(&error) != nullptr) return "invalid option: " + text;
  return text;
}

}  // namespace

std::string unknown_command_hint(const CLI::App& command, const std::string& typed, const std::string& usage) {
  const auto suggestion = suggested_command(command, typed);
  return suggestion.empty() ? usage : fmt::format("did you mean '{}'?", printable(suggestion, 200));
}

Error parse_error(const CLI::App& app, const CLI::ParseError& error) {
  const auto commands = parsed_commands(app);
  const auto usage = fmt::format("run `{} --help` for usage", name_of(commands));
  const auto unknown = [&](std::string_view what, const std::string& argument, const std::string& hint) {
    return Error(Kind::usage, fmt::format("{} '{}'", what, argument)).with_hint(hint);
  };
  const auto& command = *commands.back();
  const bool lacks_command = !subcommands_of(command).empty() && command.get_require_subcommand_min() > 0;
  const bool is_about_extras = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const bool is_about_required = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  // An unknown argument may be the required one, misspelled.
  if (is_about_extras || is_about_required) {
    if (const auto argument = first_unexpected(commands)) {
      if (argument->starts_with('-') && *argument != "-") {
        const auto name = argument->substr(0, argument->find('='));
        const auto found =
            similar(name.substr(std::min(name.find_first_not_of('-'), name.size())), options_of(commands));
        return unknown("unknown option", name, found.empty() ? usage : fmt::format("did you mean '--{}'?", found));
      }
      if (lacks_command) return unknown("unknown command", *argument, unknown_command_hint(command, *argument, usage));
      return unknown("unexpected argument", *argument, usage);
    }
  }
  if (is_about_required && lacks_command) return Error(Kind::usage, "no command was given").with_hint(usage);
  return Error(Kind::usage, reworded(commands, error)).with_hint(usage);
}

}  // namespace eka::cli
