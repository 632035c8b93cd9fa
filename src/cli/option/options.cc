#include "cli/command/options.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace eka::cli {
namespace {

struct Row {
  OptionGroup group;
  const char* flags;
  const char* key;
  // For an option with a value: the name of the value in --help. For a flag: the value that the key is set to; for
  // `repeated`, the number of times the flag was given.
  enum { value, flag, repeated } kind;
  const char* word;
  const char* help;
};

using enum OptionGroup;

constexpr Row rows[] = {
    {common, "-v,--verbose", "ui.verbose", Row::repeated, "", "increase verbosity (repeatable)"},
    {common, "-q,--quiet", "ui.quiet", Row::repeated, "", "print errors only"},
    {common, "--color", "ui.color", Row::value, "WHEN", "use colors: auto, always or never"},
    {common, "--progress", "ui.progress", Row::value, "STYLE", "how to show progress: auto, bar, plain or none"},
    {common, "--offline", "net.offline", Row::flag, "true", "work offline: use only cached data"},
    {common, "-j,--jobs", "plan.jobs", Row::value, "N", "maximum number of parallel evaluations"},
    {planning, "-c,--share-context", "plan.sharectx", Row::flag, "true", "evaluate all atoms in one process"},
    {planning, "--build-platform", "platforms.build", Row::value, "PLATFORM",
     "platform that runs the builds, such as x86_64-linux"},
    {planning, "-t,--target", "platforms.target", Row::value, "PLATFORM", "target platform"},
    {planning, "--fresh-eval", "plan.fresh", Row::flag, "true", "ignore cached evaluations"},
    {planning, "--allow-ifd", "plan.ifd", Row::flag, "true",
     "allow import-from-derivation: Nix builds during evaluation, with your Nix settings, and the result is not "
     "cached"},
    {planning, "--no-gc-root", "plan.gcroot", Row::flag, "false",
     "do not protect the derivations from Nix's garbage collector"},
};

std::string help_of(const Row& row) {
  return fmt::format("{} [env: {}]", row.help, atom::Config::variable_of(row.key));
}

// "--jobs" of "-j,--jobs".
std::string long_name(const Row& row) {
  const std::string_view flags = row.flags;
  return std::string(flags.substr(flags.find("--")));
}

void add_value(CLI::App& app, const Row& row, GivenOptions& given) {
  const auto take = [&row, &given](const std::string& text) { given.push_back({row.key, text, long_name(row)}); };
  const auto check = [&row](const std::string& text) -> std::string {
    const auto checked = atom::Config::check(row.key, text);
    return checked ? "" : checked.error().message();
  };
  app.add_option_function<std::string>(row.flags, take, help_of(row))
      ->type_name(row.word)
      ->check(CLI::Validator(check, "", long_name(row)));
}

void add_flag(CLI::App& app, const Row& row, GivenOptions& given) {
  const auto take = [&row, &given](std::int64_t count) {
    const bool is_set = count > 0;  // false: --flag=false
    std::string text = row.word;
    if (row.kind == Row::repeated) {
      text = std::to_string(std::clamp<std::int64_t>(count, 0, 9));
    } else if (!is_set) {
      text = text == "true" ? "false" : "true";
    }
    given.push_back({row.key, text, long_name(row)});
  };
  app.add_flag_function(row.flags, take, help_of(row));
}

}  // namespace

void add_options(CLI::App& app, OptionGroup group, GivenOptions& given) {
  for (const auto& row : rows) {
    if (row.group != group) continue;
    if (row.kind == Row::value) {
      add_value(app, row, given);
    } else {
      add_flag(app, row, given);
    }
  }
}

bool is_given(const GivenOptions& given, std::string_view key) {
  return std::ranges::find(given, key, &atom::ConfigOption::key) != given.end();
}

}  // namespace eka::cli
