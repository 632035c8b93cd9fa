// What a program costs: wall time, processor time and memory, its children included.
//
// Processor time is what the kernel books on the program and on all descendants that were waited for (a daemon that
// detaches itself escapes the count). Memory is the resident peak of the largest single process, not the sum of those
// that ran at once: that is what the kernel keeps, and it favours whoever starts many.
#pragma once

#include <string>
#include <vector>

namespace eka::bench {

struct Cost {
  double wall_ms = 0;
  double user_ms = 0;
  double system_ms = 0;
  long peak_kib = 0;
  int exit_code = 0;  // 128 + signal, as shells have it
};

// Runs `words` with the descriptors and the environment of this process. Throws eka::Error when it cannot be started.
Cost measure(const std::vector<std::string>& words);

struct MeasureOptions {
  std::string output;  // where the figures go, as one JSON object; standard output belongs to the program
  std::vector<std::string> words;
};

// `eka-bench measure`. Its exit code is that of the program.
int measure_command(const MeasureOptions& options);

}  // namespace eka::bench
