// Learning from a conflict: PubGrub's conflict resolution.
#pragma once

#include <cstdint>
#include <vector>

#include "resolve/incompatibility.h"
#include "resolve/partial_solution.h"

namespace eka::resolve {

// What a conflict teaches: `terms`, which follow from the chain of resolutions beginning at `base`. They all hold at
// `last_level`; from `level` to the one before that, all but terms[0] do. With no terms there is no solution at all.
struct Lesson {
  IncompatibilityId base;
  std::vector<Resolution> chain;
  std::vector<Term> terms;  // by when they came to hold, the latest first
  std::uint32_t level, last_level;
};

// Resolves the satisfied incompatibility `conflict` with the causes of the assignments that satisfied it, from the last
// one back, until only one of its terms belongs to the last level that matters.
Lesson learn(const Incompatibilities& known, const PartialSolution& solution, IncompatibilityId conflict);

}  // namespace eka::resolve
