// Checks that a derivation is a valid proof.
#pragma once

#include <string>

#include "resolve/derivation.h"
#include "resolve/facts.h"
#include "solve/universe.h"

namespace eka::tests {

// Describes an error in the proof; empty if there is none. Facts are looked up; each step must follow from its causes.
std::string flaw(const resolve::Derivation& derivation, const bench::Universe& universe);

}  // namespace eka::tests
