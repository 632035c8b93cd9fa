// Which facts a solver that lacks one is likely to want next, so that they come in one batch.
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
  std::optional<std::size_t> version;  // its manifest is wanted; nothing: the list of the package's versions
  // With a list: what the first that asks requires. The manifest of the highest version that matches is likely next.
  const atom::Requirement* requirement = nullptr;
};

// A package that will be decided, by the version tried first. `spare`: how many of the next lower ones are worth
// bringing too, since the package was in the way before.
struct Candidate {
  Slot slot;
  std::size_t version;
  std::uint32_t spare;
};

// Walks from the candidates through all that is known to where knowledge ends, as if no conflict were to come. What
// the first candidate needs comes first, spare ones last; nothing twice.
std::vector<Need> look_ahead(const Facts& facts, const Packages& packages, const PartialSolution& solution,
                             const Manifest& root, std::span<const Candidate> candidates);

}  // namespace eka::resolve
