// Converts the URIs of a command line to requests for the engine.
#pragma once

#include <string>
#include <vector>

#include "atom/names/uri.h"
#include "engine/plan/roots.h"

namespace eka::cli {

// A bare label, or a path to a working tree that is a set, selects the atom in its present state; a file: URL selects
// published atoms. Throws Kind::usage for an invalid URI, naming it.
std::vector<engine::Wanted> read_wanted(const std::vector<std::string>& typed, const atom::Aliases& aliases);

// The same; without URIs, the atom of the working tree that contains the current directory. Kind::usage if there is
// none.
std::vector<engine::Wanted> read_wanted_or_here(std::vector<std::string> typed, const atom::Aliases& aliases);

}  // namespace eka::cli
