// What must come of a plan, told straight from the protocol and without any of the engine's code.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "tests/sim/world.h"

namespace eka::sim {

// The release that "<set>::<label>" means, or "<set>::<label>@^<major>" (0: any).
const Release* meant(const World& world, std::size_t set, const std::string& label, unsigned major);

// All that a release needs, itself left out: what its lock says where it has one, else the highest of everything.
using Closure = std::set<const Release*>;
Closure closure(const World& world, const Release& root);

// Whether `with` is all that `root` needs, no more, though perhaps not the highest of everything.
bool fits(const World& world, const Release& root, const Closure& with);

// The derivation of a release with this closure.
std::string derivation(const World& world, const Release& root, const Closure& with);

// The sets that atoms of `set` may need something of, in any version and however deep; itself, too.
std::set<std::size_t> reachable_sets(const World& world, std::size_t set);

}  // namespace eka::sim
