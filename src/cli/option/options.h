// The options that set a configuration key. A table (options.cc) defines for each its spelling, the key it sets and its
// --help text; the key's type, validation and environment variable come from the configuration.
//
// To add one: a row in the table, and the key in atom/config/config_keys.cc. Options without a key (such as --json) are
// added by their command.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atom/config/config.h"
#include "cli/option/arguments.h"

namespace eka::cli {

// Options given on the command line; they take precedence over configuration files and variables.
using GivenOptions = std::vector<atom::ConfigOption>;

enum class OptionGroup {
  common,     // accepted by every command
  planning,   // accepted by commands that plan
  resolving,  // accepted by commands that choose versions for lock files
};

// Adds the options of `group` to `app`. Parsing stores the given options in `given`, which must outlive `app`.
void add_options(CLI::App& app, OptionGroup group, GivenOptions& given);

// Accepts these words only. They are shown by completion; --help should list them in the description.
CLI::Validator one_of(std::vector<std::string> words);
// The words that an option accepts; empty if it has no one_of().
std::vector<std::string> words_of(const CLI::Option& option);
// The name of its value in --help; empty if it has none.
std::string value_name(const CLI::Option& option);

// Accepts a whole number from `least` to `most`.
CLI::Validator number_between(std::int64_t least, std::int64_t most);

inline constexpr const char* atom_uri_help = "URI of an atom, such as gh:owner/repo::server@^1.2 or ./set::tool";

bool is_given(const GivenOptions& given, std::string_view key);

}  // namespace eka::cli
