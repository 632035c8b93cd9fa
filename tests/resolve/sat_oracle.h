// Whether there is a solution, according to a SAT solver (CaDiCaL).
#pragma once

#include <optional>

#include "solve/universe.h"

namespace eka::tests {

// nullopt if the tests were built without CaDiCaL.
std::optional<bool> is_satisfiable(const bench::Universe& universe);

}  // namespace eka::tests
