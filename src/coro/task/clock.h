// Time and chance, as everything above the wire asks for them: a test or a simulation gives others.
#pragma once

#include <chrono>

#include "coro/task/task.h"

namespace eka::coro {

// For the reactor's thread.
class Clock {
 public:
  virtual ~Clock() = default;
  // For durations.
  virtual std::chrono::steady_clock::time_point now() = 0;
  // For what is remembered between runs.
  virtual std::chrono::system_clock::time_point date() = 0;
  virtual Task<> sleep(std::chrono::milliseconds time) = 0;
  virtual double uniform() = 0;  // [0, 1)
  // The real ones.
  static Clock& system();
};

}  // namespace eka::coro
