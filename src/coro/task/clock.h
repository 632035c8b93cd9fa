// Time and random numbers, replaceable in tests and simulations. Used by everything above the wire protocols.
#pragma once

#include <chrono>

#include "coro/task/task.h"

namespace eka::coro {

// Call on the reactor's thread only.
class Clock {
 public:
  virtual ~Clock() = default;
  // For durations.
  virtual std::chrono::steady_clock::time_point now() = 0;
  // For times that are kept between runs.
  virtual std::chrono::system_clock::time_point date() = 0;
  virtual Task<> sleep(std::chrono::milliseconds time) = 0;
  virtual double uniform() = 0;  // [0, 1)
  // The real time and random numbers.
  static Clock& system();
};

}  // namespace eka::coro
