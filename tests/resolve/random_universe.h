#pragma once

#include <cstdint>

#include "solve/universe.h"

namespace eka::tests {

// Small and contrary: cycles, labels that are nowhere, pre-releases, versions that cannot be used, now and then a
// package with more versions than fit in a word. About half have a solution.
bench::Universe random_universe(std::uint32_t seed);

// `pigeons` packages that each need a hole of their own, of which there is one too few: there is no solution, and no
// short proof of that by resolution.
bench::Universe pigeonholes(std::size_t pigeons);

}  // namespace eka::tests
