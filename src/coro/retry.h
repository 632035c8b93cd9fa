// Retry by policy, with an injectable clock (engine law 5).
#pragma once

#include <chrono>
#include <functional>

#include "coro/task.h"

namespace eka::coro {

struct RetryPolicy {
  int attempts = 4;
  std::chrono::milliseconds first_delay{200};
  std::chrono::milliseconds longest_delay{10'000};
  std::chrono::milliseconds deadline{60'000};  // for all attempts and delays together
};

// Time and chance, replaced in tests.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::chrono::steady_clock::time_point now() = 0;
  virtual Task<> sleep(std::chrono::milliseconds time) = 0;
  virtual double uniform() = 0;  // [0, 1)
  static Clock& system();
};

// Calls `attempt` until it succeeds, fails with an Error that is not retryable, or the policy ends; delays are
// exponential with full jitter. `on_retry` is told each time.
template <class Attempt>
auto retry(RetryPolicy policy, Clock& clock, Attempt attempt, std::function<void(const Error&)> on_retry);

}  // namespace eka::coro
