// Predicts the facts that the solver will need next, so that they can be fetched in one batch.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "resolve/facts.h"
#include "resolve/packages.h"
#include "resolve/partial_solution.h"

namespace eka::resolve {

struct Need {
  PackageId package{};
  std::optional<std::size_t> version;  // its manifest is needed; nullopt: the list of the package's versions
  // With a list: the requirement of the first dependent. The manifest of the highest matching version is likely next.
  const atom::Requirement* requirement = nullptr;
};

// A package that will be decided, and the version tried first. `spare`: number of next lower versions to fetch as well,
// because the package was part of conflicts before.
struct Candidate {
  Slot slot;
  std::size_t version;
  std::uint32_t spare;
};

// Follows dependencies from the candidates to the first missing facts, assuming that no conflict occurs. The needs of
// the first candidate come first, those of spare versions last; no duplicates.
std::vector<Need> look_ahead(const Facts& facts, const Packages& packages, const PartialSolution& solution,
                             const Manifest& root, std::span<const Candidate> candidates);

}  // namespace eka::resolve
