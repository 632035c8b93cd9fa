#include "coro/task/retry.h"

#include <algorithm>

namespace eka::coro {

namespace detail {

Attempts::Attempts(RetryPolicy policy, Clock& clock)
    : policy_(policy), clock_(clock), deadline_(clock.now() + policy.deadline) {}

std::optional<std::chrono::milliseconds> Attempts::delay_after(const Error& error) {
  if (!error.is_retryable()) return std::nullopt;
  const auto asked = policy_.busy == nullptr ? std::nullopt : policy_.busy(error);
  if (!asked && ++made_ >= policy_.attempts) return std::nullopt;
  ++delays_;
  // A loop, because shifting by the number of attempts could overflow.
  auto bound = policy_.first_delay;
  for (int i = 1; i < delays_ && bound < policy_.longest_delay; ++i) bound *= 2;
  bound = std::min(bound, policy_.longest_delay);
  // A busy server is never retried immediately.
  const double share = asked ? (1 + clock_.uniform()) / 2 : clock_.uniform();
  const auto jittered = static_cast<double>(bound.count()) * share;
  const std::chrono::milliseconds delay =
      asked.value_or(std::chrono::milliseconds(0)) +
      std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(jittered));
  if (clock_.now() + delay >= deadline_) return std::nullopt;
  return delay;
}

}  // namespace detail
}  // namespace eka::coro
