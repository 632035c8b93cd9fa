// A clock that only sleeping moves.
#pragma once

#include <chrono>
#include <vector>

#include "coro/task/clock.h"
#include "tests/coro/waiting.h"

namespace eka::net::test {

class FakeClock final : public coro::Clock {
 public:
  std::chrono::steady_clock::time_point now() override { return now_; }
  std::chrono::system_clock::time_point date() override { return {}; }
  // Others run before it returns.
  coro::Task<> sleep(std::chrono::milliseconds time) override {
    co_await coro::yield();
    pass(time);
    slept += time;
  }
  double uniform() override { return 0; }
  void pass(std::chrono::milliseconds time) { now_ += time; }

  std::chrono::milliseconds slept{};  // in all

 private:
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
};

}  // namespace eka::net::test
