// Identifies the members of closures by everything that their evaluation depends on.
#pragma once

#include <string>
#include <vector>

#include "engine/closure/closure.h"

namespace eka::engine {

// One key for each member: "<label>-<digest>", where BLAKE3 covers the member and all that it reaches. Members may
// depend on one another. In proportion to the members and the dependencies between them. Pure.
std::vector<std::string> member_keys(const Closure& closure);

}  // namespace eka::engine
