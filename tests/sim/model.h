// What must come of a plan, told straight from the protocol and without any of the engine's code.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "tests/sim/world.h"

namespace eka::sim {

// The release that "<set>::<label>" means, or "<set>::<label>@^<major>" (0: any).
const Release* meant(const World& world, std::size_t set, const std::string& label, unsigned major);

// The derivation of a release: its lock decides where it has one, else the highest of everything does.
std::string derivation(const World& world, const Release& root);

// All that it needs, itself left out.
std::set<const Release*> closure(const World& world, const Release& root);

}  // namespace eka::sim
