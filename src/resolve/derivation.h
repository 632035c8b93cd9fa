// The proof that there is no solution: a graph whose leaves are facts and whose inner nodes each follow from two
// others.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atom/version/version.h"
#include "resolve/facts.h"
#include "resolve/incompatibility.h"
#include "resolve/packages.h"
#include "resolve/version_set.h"

namespace eka::resolve {

struct Derivation {
  using Package = std::optional<PackageId>;  // nullopt: the root, whose only version is always selected

  struct Term {
    Package package;
    VersionSet set;  // member 0: not selected; member i + 1: version i (version_set.h)
  };
  struct Node {
    std::vector<Term> terms;  // never all true together; empty in the last node: no solution
    Reason reason = Reason::learned;
    // For facts. In a dependency, the subject's versions in its term require `requirement` of the object.
    Package subject, object;
    std::optional<atom::Requirement> requirement;
    std::optional<std::vector<std::size_t>> counted;  // the acceptable versions of the object; nullopt: all
    // Where the dependency is declared (of the highest of several versions), or why a version is unusable.
    std::string note;
    // For learned nodes.
    std::array<std::size_t, 2> causes{};  // indices of earlier nodes
  };

  std::vector<Node> nodes;  // causes before effects; the last is the conclusion
  bool is_cut = false;      // the proof is too long: only its facts and its conclusion are included
};

// Number of steps in the proof of `conclusion`.
std::size_t proof_length(const Incompatibilities& known, IncompatibilityId conclusion);

// The proof of `conclusion`. `root` is the manifest of the root.
Derivation derive(const Facts& facts, const Packages& packages, const Manifest& root, const Incompatibilities& known,
                  IncompatibilityId conclusion);

}  // namespace eka::resolve
