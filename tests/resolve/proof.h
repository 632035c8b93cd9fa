// Checks that a derivation proves what it says.
#pragma once

#include <string>

#include "resolve/derivation.h"
#include "resolve/facts.h"
#include "solve/universe.h"

namespace eka::tests {

// What is wrong with it; empty: nothing. Facts are looked up, and every step must follow from its two causes.
std::string flaw(const resolve::Derivation& derivation, const bench::Universe& universe);

}  // namespace eka::tests
