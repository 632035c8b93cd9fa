// Stops requests to a server that fails, so that it costs a run a bounded time.
#pragma once

#include <chrono>
#include <optional>

namespace eka::store {

// Opens after `most` failed operations in a row. Once per `pause` it then lets one through; if that succeeds, it
// closes. A value of the reactor.
class CircuitBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr int most = 3;
  static constexpr std::chrono::seconds pause{30};

  // Whether an operation may start now.
  bool lets_through(Time now) {
    if (!next_) return true;
    if (now < *next_) return false;
    next_ = now + pause;
    return true;
  }
  void succeeded() {
    failures_ = 0;
    next_.reset();
  }
  void failed(Time now) {
    if (++failures_ >= most) next_ = now + pause;
  }

 private:
  int failures_ = 0;
  std::optional<Time> next_;  // while it is open: when the next operation may start
};

}  // namespace eka::store
