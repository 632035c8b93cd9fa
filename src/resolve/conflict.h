// Learning from a conflict: PubGrub's conflict resolution.
#pragma once

#include <cstdint>
#include <vector>

#include "resolve/incompatibility.h"
#include "resolve/partial_solution.h"

namespace eka::resolve {

// What is learned from a conflict: `terms`, the result of the chain of resolutions that starts at `base`. All terms are
// satisfied at `last_level`; from `level` to `last_level - 1`, all except terms[0] are. No terms: there is no solution.
struct Lesson {
  IncompatibilityId base;
  std::vector<Resolution> chain;
  std::vector<Term> terms;  // by when they were satisfied, latest first
  std::uint32_t level, last_level;
};

// Resolves the satisfied incompatibility `conflict` with the causes of the assignments that satisfied it, last one
// first, until only one of its terms belongs to the last relevant level.
Lesson learn(const Incompatibilities& known, const PartialSolution& solution, IncompatibilityId conflict);

}  // namespace eka::resolve
