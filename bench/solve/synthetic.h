// Large made-up universes, the same every time.
#pragma once

#include <cstddef>

#include "solve/universe.h"

namespace eka::bench {

// `packages` packages with `versions` versions each. Every package is reachable and every version needs three to six
// others; most requirements fit together, and some of the newest versions need what nobody else can live with, so that
// older ones have to be found.
Universe synthetic_universe(std::size_t packages, std::size_t versions);

}  // namespace eka::bench
