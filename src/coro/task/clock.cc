#include "coro/task/clock.h"

#include <random>

#include "coro/task/timeout.h"

namespace eka::coro {
namespace {

class SystemClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() override { return std::chrono::steady_clock::now(); }
  std::chrono::system_clock::time_point date() override { return std::chrono::system_clock::now(); }
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

}  // namespace eka::coro
