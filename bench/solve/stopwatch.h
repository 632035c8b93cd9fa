// Measures CPU time of this thread, independent of other load on the machine.
#pragma once

#include <time.h>

namespace eka::bench {

class Stopwatch {
 public:
  Stopwatch() : start_(now()) {}
  double ms() const { return now() - start_; }

 private:
  static double now() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
  }

  double start_;
};

}  // namespace eka::bench
