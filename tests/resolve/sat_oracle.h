// Is there a solution? Answered by a SAT solver (CaDiCaL) that knows nothing of versions.
#pragma once

#include <optional>

#include "solve/universe.h"

namespace eka::tests {

// Nothing where the tests were built without CaDiCaL.
std::optional<bool> is_satisfiable(const bench::Universe& universe);

}  // namespace eka::tests
