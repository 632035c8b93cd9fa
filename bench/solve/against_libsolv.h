// Solves universes with libsolv (https://github.com/openSUSE/libsolv), the solver of zypper, dnf and conda.
#pragma once

#include "solve/universe.h"

namespace eka::bench {

struct LibsolvRun {
  bool solvable = false;
  double load_ms = 0;   // creating its pool and indices from values in memory
  double solve_ms = 0;  // creating rules and solving
};

// False if eka-bench was built without libsolv.
bool has_libsolv();

// Versions are numbered by rank, so that comparing them needs no parsing; requirements become ranges of ranks. This
// conversion is not measured.
class LibsolvProblem {
 public:
  explicit LibsolvProblem(const Universe& universe);
  LibsolvRun run() const;

 private:
  struct Range {  // range of ranks, from 1
    std::size_t low, high;
  };
  struct Requirement {
    std::size_t package;
    std::vector<Range> ranges;  // any of these
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
