// Retries by policy, with an injectable clock.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"

namespace eka::coro {

struct RetryPolicy {
  int attempts = 4;
  std::chrono::milliseconds first_delay{200};
  std::chrono::milliseconds longest_delay{10'000};
  // For all attempts and delays together: no attempt starts after it. A running attempt is not interrupted; use
  // timeout.h inside the attempt for that, where it is known whether bytes still arrive.
  std::chrono::milliseconds deadline{60'000};
  // Whether an error is final although it is retryable: a lower level has already waited and retried.
  bool (*is_final)(const Error& error) = nullptr;
};

// Calls `attempt`, which returns a Task, until one succeeds, fails with an Error that is not retryable, or the policy
// is exhausted; then throws the last Error unchanged. Delays are exponential with full jitter: uniform between zero and
// a bound that doubles each time, so that clients that failed together do not retry together. `on_retry` is called with
// each failure that leads to another attempt, before the delay. `attempt` is stored as long as it is needed; `clock`
// must outlive the task.
template <class Attempt, class OnRetry>
std::invoke_result_t<Attempt&> retry(RetryPolicy policy, Clock& clock, Attempt&& attempt, OnRetry&& on_retry);

namespace detail {

// The state of one retry().
class Attempts {
 public:
  Attempts(RetryPolicy policy, Clock& clock);
  // After a failed attempt: how long to wait before the next one; nullopt if `error` is final.
  std::optional<std::chrono::milliseconds> delay_after(const Error& error);

 private:
  RetryPolicy policy_;
  Clock& clock_;
  std::chrono::steady_clock::time_point deadline_;
  int made_ = 0;
  int delays_ = 0;
};

template <class T, class Attempt>
Task<T> retry(RetryPolicy policy, Clock& clock, Attempt attempt, std::function<void(const Error&)> on_retry) {
  Attempts attempts(policy, clock);
  for (;;) {
    std::chrono::milliseconds delay{};
    try {
      co_return co_await attempt();
    } catch (const Error& error) {
      const auto wait = attempts.delay_after(error);
      if (!wait) throw;
      delay = *wait;
      if (on_retry) on_retry(error);
    }
    co_await clock.sleep(delay);
  }
}

}  // namespace detail

template <class Attempt, class OnRetry>
std::invoke_result_t<Attempt&> retry(RetryPolicy policy, Clock& clock, Attempt&& attempt, OnRetry&& on_retry) {
  using Told = std::function<void(const Error&)>;
  static_assert(outlives_await<Attempt> && (outlives_await<OnRetry> || std::is_same_v<std::decay_t<OnRetry>, Told>),
                "capture by reference, or name the function first (see task.h)");
  using T = typename std::invoke_result_t<Attempt&>::value_type;
  return detail::retry<T, std::decay_t<Attempt>>(policy, clock, std::forward<Attempt>(attempt),
                                                 Told(std::forward<OnRetry>(on_retry)));
}

}  // namespace eka::coro
