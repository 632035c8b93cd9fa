#pragma once

#include <cstdint>

#include "solve/universe.h"

namespace eka::tests {

// Small universes with cycles, missing labels, pre-releases, unusable versions and sometimes a package with more than
// 63 versions. About half of them have a solution.
bench::Universe random_universe(std::uint32_t seed);

// `pigeons` packages that each require a different hole, with one hole too few: there is no solution, and no short
// proof by resolution.
bench::Universe pigeonholes(std::size_t pigeons);

}  // namespace eka::tests
