// The URIs that commands take, as the engine wants them.
#pragma once

#include <string>
#include <vector>

#include "atom/names/uri.h"
#include "engine/plan/roots.h"

namespace eka::cli {

// A bare label or a path to a working tree that is a set means the atom as it lies there; a file: URL means what is
// published at it. Throws Kind::usage for what is no URI, naming it.
std::vector<engine::Wanted> read_wanted(const std::vector<std::string>& typed, const atom::Aliases& aliases);

}  // namespace eka::cli
