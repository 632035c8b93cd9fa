#include "coro/task/retry.h"

#include <algorithm>
#include <random>

#include "coro/task/timeout.h"

namespace eka::coro {
namespace {

class SystemClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() override { return std::chrono::steady_clock::now(); }
  Task<> sleep(std::chrono::milliseconds time) override { return coro::sleep(time); }
  double uniform() override { return std::uniform_real_distribution<double>()(random_); }

 private:
  std::minstd_rand random_{std::random_device()()};
};

}  // namespace

Clock& Clock::system() {
  static SystemClock clock;
  return clock;
}

namespace detail {

Attempts::Attempts(RetryPolicy policy, Clock& clock)
    : policy_(policy), clock_(clock), deadline_(clock.now() + policy.deadline) {}

std::optional<std::chrono::milliseconds> Attempts::delay_after(const Error& error) {
  if (!error.is_retryable() || ++made_ >= policy_.attempts) return std::nullopt;
  // Doubled by hand: a shift by the number of attempts could overflow.
  auto bound = policy_.first_delay;
  for (int i = 1; i < made_ && bound < policy_.longest_delay; ++i) bound *= 2;
  bound = std::min(bound, policy_.longest_delay);
  const auto jittered = static_cast<double>(bound.count()) * clock_.uniform();
  const std::chrono::milliseconds delay(static_cast<std::chrono::milliseconds::rep>(jittered));
  if (clock_.now() + delay >= deadline_) return std::nullopt;
  return delay;
}

}  // namespace detail
}  // namespace eka::coro
