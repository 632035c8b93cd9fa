#include "cli/option/options.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"

namespace eka::cli {
namespace {

struct OptionRow {
  OptionGroup group;
  const char* flags;
  const char* key;
  // For an option with a value: the name of the value in --help. For a flag: the value that the key is set to; for
  // `repeated`, the number of times the flag was given.
  enum { value, flag, repeated } kind;
  const char* word;
  const char* help;  // empty: that of the key
};

using enum OptionGroup;

constexpr OptionRow rows[] = {
    {common, "-v,--verbose", "ui.verbose", OptionRow::repeated, "", "increase verbosity (repeatable)"},
    {common, "-q,--quiet", "ui.quiet", OptionRow::repeated, "", "print errors only"},
    {common, "--color", "ui.color", OptionRow::value, "WHEN", ""},
    {common, "--progress", "ui.progress", OptionRow::value, "STYLE", ""},
    {common, "--offline", "net.offline", OptionRow::flag, "true", ""},
    {common, "-j,--jobs", "plan.jobs", OptionRow::value, "N", ""},
    {planning, "-c,--share-context", "plan.sharectx", OptionRow::flag, "true", "evaluate all atoms in one process"},
    {planning, "--build-platform", "platforms.build", OptionRow::value, "PLATFORM", ""},
    {planning, "-t,--target", "platforms.target", OptionRow::value, "PLATFORM", ""},
    {planning, "--fresh-eval", "plan.fresh", OptionRow::flag, "true", ""},
    {planning, "--allow-ifd", "plan.ifd", OptionRow::flag, "true", ""},
    {planning, "--no-gc-root", "plan.gcroot", OptionRow::flag, "false",
     "do not protect the derivations from Nix's garbage collector"},
    {resolving, "--newest-before", "resolve.newest-before", OptionRow::value, "DATE", ""},
};

std::string help_of(const OptionRow& row) {
  const auto key = atom::Config::key(row.key);
  return fmt::format("{} [env: {}]", *row.help != '\0' ? row.help : key.help, key.variable);
}

// "--jobs" of "-j,--jobs".
std::string long_name(const OptionRow& row) {
  const std::string_view flags = row.flags;
  return std::string(flags.substr(flags.find("--")));
}

void add_value(CLI::App& app, const OptionRow& row, GivenOptions& given) {
  const auto take = [&row, &given](const std::string& text) { given.push_back({row.key, text, long_name(row)}); };
  const auto check = [&row](const std::string& text) -> std::string {
    const auto checked = atom::Config::check(row.key, text);
    return checked ? "" : checked.error().message();
  };
  app.add_option_function<std::string>(row.flags, take, help_of(row))
      ->type_name(row.word)
      ->check(CLI::Validator(check, atom::Config::key(row.key).words, long_name(row)));
}

// Checks the value in "--offline=false". CLI11 itself takes it for false or throws, depending on its version, if it is
// neither a word that it knows nor a number that it can hold; so it gets others as true or false.
std::string check_flag(std::string& text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, number);
  if (failure == std::errc() && rest == end) return "";
  bool value = false;
  if (!CLI::detail::lexical_cast(text, value)) {
    return fmt::format("invalid value “{}”: must be true or false", printable(text, 80));
  }
  text = value ? "true" : "false";
  return "";
}

void add_flag(CLI::App& app, const OptionRow& row, GivenOptions& given) {
  const auto take = [&row, &given](std::int64_t count) {
    const bool is_set = count > 0;  // false: --flag=false
    std::string text = row.word;
    if (row.kind == OptionRow::repeated) {
      text = std::to_string(std::clamp<std::int64_t>(count, 0, 9));
    } else if (!is_set) {
      text = text == "true" ? "false" : "true";
    }
    given.push_back({row.key, text, long_name(row)});
  };
  app.add_flag_function(row.flags, take, help_of(row))->transform(CLI::Validator(check_flag, ""));
}

}  // namespace

void add_options(CLI::App& app, OptionGroup group, GivenOptions& given) {
  for (const auto& row : rows) {
    if (row.group != group) continue;
    if (row.kind == OptionRow::value) {
      add_value(app, row, given);
    } else {
      add_flag(app, row, given);
    }
  }
}

CLI::Validator one_of(std::vector<std::string> words) {
  const auto check = [words](const std::string& text) -> std::string {
    if (std::ranges::find(words, text) != words.end()) return "";
    return fmt::format("invalid value “{}”: must be one of {}", printable(text, 80), fmt::join(words, ", "));
  };
  return {check, fmt::format("{}", fmt::join(words, "|")), ""};
}

// "WHEN:auto|always|never"
std::vector<std::string> words_of(const CLI::Option& option) {
  const auto name = option.get_type_name();
  const auto colon = name.find(':');
  std::vector<std::string> out;
  if (colon == std::string::npos) return out;
  std::istringstream words(name.substr(colon + 1));
  for (std::string word; std::getline(words, word, '|');) out.push_back(word);
  return out;
}

std::string value_name(const CLI::Option& option) {
  const auto name = option.get_type_name();
  return name.substr(0, name.find(':'));
}

CLI::Validator number_between(std::int64_t least, std::int64_t most) {
  const auto check = [least, most](const std::string& text) -> std::string {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data(), end, value);
    if (failure == std::errc() && rest == end && value >= least && value <= most) return "";
    return fmt::format("invalid value “{}”: must be a number from {} to {}", printable(text, 80), least, most);
  };
  return {check, "", "number"};
}

bool is_given(const GivenOptions& given, std::string_view key) {
  return std::ranges::find(given, key, &atom::ConfigOption::key) != given.end();
}

}  // namespace eka::cli
