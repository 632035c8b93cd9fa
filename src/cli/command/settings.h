// Converts configuration files, environment and options to the settings of the engine (protocol.md §8).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "atom/config/config.h"
#include "atom/names/uri.h"
#include "cli/command/command.h"
#include "engine/context/settings.h"
#include "engine/workspace/new_atom.h"

namespace eka::cli {

struct Preferences {
  engine::Settings settings;
  std::optional<std::size_t> jobs;  // if given as an option
  atom::Aliases aliases;
  engine::DefaultComposer composer;
};

// Defaults, $XDG_CONFIG_HOME/eka.toml, <git dir>/info/eka.toml, EKA_… variables, then options. Throws Kind::usage for
// an invalid file, with its name, line and column.
atom::Config read_configuration(const GivenOptions& options);
Preferences read_preferences(const Common& common);

// Throws Kind::usage if it was removed.
std::filesystem::path working_directory();

// Resolves a file path in a URI against the working directory.
void make_absolute(atom::Url& url);

// A URI as typed, without its password.
std::string redacted(const std::string& typed);

}  // namespace eka::cli
