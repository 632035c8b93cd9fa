// `eka-bench solve`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eka::bench {

struct SolveOptions {
  std::vector<std::filesystem::path> files;
  std::string synthetic;         // "5000x20": additionally solve a generated universe
  bool against_libsolv = false;  // print totals and their ratio instead of solutions
  unsigned repeat = 5;           // number of runs of each case when comparing; the fastest counts
};

// Prints one JSON line per case; reports unexpected results on standard error. Returns 0 if all files could be read.
int solve(const SolveOptions& options);

}  // namespace eka::bench
