// Large generated universes; deterministic.
#pragma once

#include <cstddef>

#include "solve/universe.h"

namespace eka::bench {

// `packages` packages with `versions` versions each. All packages are reachable, and each version has three to six
// dependencies. Most requirements are compatible; some of the newest versions have requirements that conflict with all
// others, so that older versions must be selected.
Universe synthetic_universe(std::size_t packages, std::size_t versions);

}  // namespace eka::bench
