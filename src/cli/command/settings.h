// From configuration files, environment and flags to what the engine is told (protocol §8).
#pragma once

#include <filesystem>

#include "atom/config/config.h"
#include "atom/names/uri.h"
#include "cli/command/command.h"
#include "engine/context/settings.h"
#include "engine/workspace/new_atom.h"

namespace eka::cli {

struct Preferences {
  engine::Settings settings;
  atom::Aliases aliases;
  engine::DefaultComposer composer;
};

// The configuration from every layer but the flags.
atom::Config read_configuration();

// Reads every layer: defaults, $XDG_CONFIG_HOME/eka.toml, <git dir>/info/eka.toml, EKA_… variables, then the flags.
// Throws Kind::usage for a broken file, with its name, line and column.
Preferences read_preferences(const Common& common);

// Throws Kind::usage when there is none any more.
std::filesystem::path working_directory();

// A file path in a URI is relative to the working directory.
void make_absolute(atom::Url& url);

// A URI as typed, fit to be shown: without its password.
std::string redacted(const std::string& typed);

}  // namespace eka::cli
