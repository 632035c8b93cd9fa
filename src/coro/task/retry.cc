#include "coro/task/retry.h"

#include <algorithm>

namespace eka::coro {

namespace detail {

Attempts::Attempts(RetryPolicy policy, Clock& clock)
    : policy_(policy), clock_(clock), deadline_(clock.now() + policy.deadline) {}

std::optional<std::chrono::milliseconds> Attempts::delay_after(const Error& error) {
  if (!error.is_retryable() || (policy_.is_final != nullptr && policy_.is_final(error))) return std::nullopt;
  if (++made_ >= policy_.attempts) return std::nullopt;
  ++delays_;
  // A loop, because shifting by the number of attempts could overflow.
  auto bound = policy_.first_delay;
  for (int i = 1; i < delays_ && bound < policy_.longest_delay; ++i) bound *= 2;
  bound = std::min(bound, policy_.longest_delay);
  const auto jittered = static_cast<double>(bound.count()) * clock_.uniform();
  const std::chrono::milliseconds delay(static_cast<std::chrono::milliseconds::rep>(jittered));
  if (clock_.now() + delay >= deadline_) return std::nullopt;
  return delay;
}

}  // namespace detail
}  // namespace eka::coro
