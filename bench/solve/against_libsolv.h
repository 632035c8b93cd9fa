// The same universes through libsolv (https://github.com/openSUSE/libsolv), the solver of zypper, dnf and conda.
#pragma once

#include "solve/universe.h"

namespace eka::bench {

struct LibsolvRun {
  bool solvable = false;
  double load_ms = 0;   // making its pool from values already in memory, and its indices
  double solve_ms = 0;  // making rules and solving
};

// False where eka-bench was built without libsolv.
bool has_libsolv();

// Every package is a name; the versions are numbered by rank, so that its comparison of versions has nothing to parse;
// requirements are the ranges of ranks that satisfy them. This translation is not timed.
class LibsolvProblem {
 public:
  explicit LibsolvProblem(const Universe& universe);
  LibsolvRun run() const;

 private:
  struct Range {  // of ranks, from 1
    std::size_t low, high;
  };
  struct Requirement {
    std::size_t package;
    std::vector<Range> ranges;  // any of them
  };
  using Version = std::vector<Requirement>;
  struct Package {
    std::string label;
    std::vector<Version> versions;
  };
  friend class LibsolvPool;

  std::vector<Package> packages_;
  std::vector<std::string> ranks_;
  Version root_;
};

}  // namespace eka::bench
