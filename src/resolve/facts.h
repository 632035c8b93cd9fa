// The input of the solver: packages, their versions and the dependencies of each version.
//
// The solver does no I/O and never waits: it gets facts through this interface, which returns nullptr for a fact that
// is not available yet. Solver::solve() then returns the list of facts that it needs; the caller (the engine with git,
// a benchmark with a file) provides them and calls solve() again.
//
// The result depends neither on the order in which facts become available nor on the values of PackageId, because the
// solver requests facts in its own order and stops at the first missing fact. In the rejected design, facts were pushed
// into the solver as they arrived; what was learned, and therefore the result, depended on the timing of the network.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atom/version/version.h"

namespace eka::resolve {

// A package, numbered by the provider of facts from 0 without gaps. In eka, one atom id.
enum class PackageId : std::uint32_t {};

struct Dependency {
  PackageId package{};
  atom::Requirement requirement;
  std::string note;  // where it is declared ("atom.toml:12"), for explanations; may be empty
  // Ascending indices of the versions that this dependency accepts; nullopt: all. A list of versions may contain the
  // same version twice, for different atoms that different dependencies refer to.
  std::optional<std::vector<std::size_t>> counted{};

  // Whether `version` of the package, which has `index` in its list, satisfies this dependency.
  bool admits(const atom::Version& version, std::size_t index) const {
    return (!counted || std::ranges::binary_search(*counted, index)) && requirement.matches(version);
  }
};

struct Versions {
  std::vector<atom::Version> list;  // ascending
  std::string none_because;  // reason if the list is empty, as a clause ("the set has no atom “lgo”"); may be empty
};

struct Manifest {
  std::vector<Dependency> dependencies;
  std::string unusable_because;  // if not empty, this version cannot be selected: the reason, as a clause
};

// Returned pointers must stay valid, and what they point to unchanged, while a solver uses them.
class Facts {
 public:
  virtual ~Facts() = default;

  // For explanations.
  virtual std::string name(PackageId package) const = 0;
  // nullptr: not available yet. A package that does not exist has an empty list.
  virtual const Versions* versions(PackageId package) const = 0;
  // nullptr: not available yet. `version` is an index into versions(package)->list.
  virtual const Manifest* manifest(PackageId package, std::size_t version) const = 0;
};

}  // namespace eka::resolve
