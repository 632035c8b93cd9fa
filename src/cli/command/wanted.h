// Converts the URIs of a command line to requests for the engine.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/uri.h"
#include "engine/plan/roots.h"

namespace eka::cli {

// The working tree that a URI with this set means: that of the local set, or a path to one. Not a file: URL, which
// refers to published atoms.
std::optional<std::filesystem::path> working_tree_of(const std::string& typed, const std::optional<atom::Url>& set);

// A bare label, or a path to a working tree that is a set, selects the atom in its present state; a file: URL selects
// published atoms. Throws Kind::usage for an invalid URI, naming it.
std::vector<engine::Wanted> read_wanted(const std::vector<std::string>& typed, const atom::Aliases& aliases);

// The URI of the atom of the working tree that contains the current directory. Kind::usage if there is none.
std::string atom_here();

// The same as read_wanted(); without URIs, atom_here().
std::vector<engine::Wanted> read_wanted_or_here(std::vector<std::string> typed, const atom::Aliases& aliases);

}  // namespace eka::cli
