// `eka-bench solve`: the solver as a program.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eka::bench {

struct SolveOptions {
  std::vector<std::filesystem::path> files;
  std::string synthetic;         // "5000x20": a made-up universe besides
  bool against_libsolv = false;  // totals and their ratio instead of answers
  unsigned repeat = 5;           // how often each case is solved when comparing; the fastest counts
};

// One JSON line per case on standard output; what is not as expected, on standard error. The exit code: 0 when all
// files could be read.
int solve(const SolveOptions& options);

}  // namespace eka::bench
