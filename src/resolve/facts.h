// What the solver knows of the world: packages, their versions, what each version needs.
//
// The solver is pure. It pulls facts through this interface and never waits: a fact that is not known yet is nullptr,
// and Solver::solve() then returns with the list of what it needs. Whoever drives it (the engine over git, a benchmark
// over a file) brings the facts and calls solve() again.
//
// Nothing of the answer depends on the order in which facts become known, nor on the numbers behind PackageId: the
// solver asks in an order of its own and stops where it lacks an answer. The rejected design pushed facts into the
// solver as they came; then what was learned, and so the answer, hung on the network's timing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atom/version/version.h"

namespace eka::resolve {

// A package as its provider numbers it, densely from 0. For eka that is one atom id.
enum class PackageId : std::uint32_t {};

struct Dependency {
  PackageId package{};
  atom::Requirement requirement;
  std::string note;  // where it is written ("atom.toml:12"), for explanations; may be empty
  // Ascending indices of the only versions that count for this dependency, whatever others may choose; nothing: every
  // version. A list of versions may then hold one number twice, for two things that different dependencies may mean.
  std::optional<std::vector<std::size_t>> counted{};

  // Does a version of the package, which is `index` in its list, satisfy this?
  bool admits(const atom::Version& version, std::size_t index) const {
    return (!counted || std::ranges::binary_search(*counted, index)) && requirement.matches(version);
  }
};

struct Versions {
  std::vector<atom::Version> list;  // ascending
  std::string none_because;  // when the list is empty: why, as a clause ("the set has no atom “lgo”"); may be empty
};

struct Manifest {
  std::vector<Dependency> dependencies;
  std::string unusable_because;  // when not empty this version cannot be chosen: why, as a clause
};

// What is returned stays valid and unchanged as long as a solver uses it.
class Facts {
 public:
  virtual ~Facts() = default;

  // For explanations.
  virtual std::string name(PackageId package) const = 0;
  // nullptr: not known yet. A package that does not exist has an empty list.
  virtual const Versions* versions(PackageId package) const = 0;
  // nullptr: not known yet. `version` is an index into versions(package)->list.
  virtual const Manifest* manifest(PackageId package, std::size_t version) const = 0;
};

}  // namespace eka::resolve
