// Measures a program with its children: wall time, CPU time and memory.
//
// CPU time includes all descendants that were waited for (not daemons that detach themselves). Memory is the peak
// resident size of the largest process, not the sum of all, because only that is available from the kernel; it favors
// programs that start many processes.
#pragma once

#include <string>
#include <vector>

namespace eka::bench {

struct Cost {
  double wall_ms = 0;
  double user_ms = 0;
  double system_ms = 0;
  long peak_kib = 0;
  int exit_code = 0;  // 128 + signal, as in shells
};

// Runs `words` with the descriptors and the environment of this process. Throws eka::Error if it cannot be started.
Cost measure(const std::vector<std::string>& words);

struct MeasureOptions {
  std::string output;  // file for the results, one JSON object; standard output belongs to the program
  std::vector<std::string> words;
};

// `eka-bench measure`. Returns the exit code of the program.
int measure_command(const MeasureOptions& options);

}  // namespace eka::bench
