// Why there is no solution, as data: a graph whose leaves are facts and whose inner nodes each follow from two others.
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
  using Package = std::optional<PackageId>;  // nothing: the root, whose one version is always selected

  struct Term {
    Package package;
    VersionSet set;  // member 0: not selected; member i + 1: version i (version_set.h)
  };
  struct Node {
    std::vector<Term> terms;  // never all true together; those of the last node are none: no solution
    Reason reason = Reason::learned;
    // A fact. A dependency: the subject's versions that are in its term need `requirement` of the object.
    Package subject, object;
    std::optional<atom::Requirement> requirement;
    std::optional<std::vector<std::size_t>> counted;  // the only versions of the object that count, if not all do
    std::string note;  // where that is written (for the highest of several versions), or why a version is unusable
    // Learned.
    std::array<std::size_t, 2> causes{};  // indices of nodes that come earlier
  };

  std::vector<Node> nodes;  // causes before effects; the last is the conclusion
  bool is_cut = false;      // the proof is too long to be worth keeping: only its facts and its conclusion are here
};

// Of how many steps the proof of `conclusion` is.
std::size_t proof_length(const Incompatibilities& known, IncompatibilityId conclusion);

// Unrolls what is behind `conclusion`. `root` is the root's own manifest.
Derivation derive(const Facts& facts, const Packages& packages, const Manifest& root, const Incompatibilities& known,
                  IncompatibilityId conclusion);

}  // namespace eka::resolve
