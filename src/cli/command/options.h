// The options that set a configuration key. One table (options.cc) says for each how it is written, which key it sets
// and what --help prints; the key's type, check and environment variable come from the configuration.
//
// To add one: a row in the table, and the key in atom/config/config_keys.cc. Options without a key (such as --json) are
// added by their command.
#pragma once

#include <string_view>
#include <vector>

#include "atom/config/config.h"
#include "cli/command/arguments.h"

namespace eka::cli {

// What was given on the command line; takes precedence over configuration files and variables.
using GivenOptions = std::vector<atom::ConfigOption>;

enum class OptionGroup {
  common,    // accepted by every command
  planning,  // of the commands that plan
};

// Adds the options of `group` to `app`. Parsing stores what was given in `given`, which must outlive it.
void add_options(CLI::App& app, OptionGroup group, GivenOptions& given);

bool is_given(const GivenOptions& given, std::string_view key);

}  // namespace eka::cli
