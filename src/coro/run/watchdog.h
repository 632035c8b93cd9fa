// Aborts, with a stack trace, when one handler holds the reactor too long (engine law 2). For debug builds.
//
// A thread posts a tick to the reactor now and then. While a tick waits, the reactor cannot be idle; so if no handler
// ends for `limit` meanwhile, one has been running for that long. (Measuring the handlers themselves would need a hook
// in Asio; measuring how long the tick waits would blame many short handlers for one long one.)
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <pthread.h>

#include "coro/task/asio.h"

namespace eka::coro {

class Watchdog {
 public:
  // Watches the calling thread, which must run `reactor` and call handler_ended() after each handler.
  Watchdog(asio::io_context& reactor, std::chrono::milliseconds limit);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void handler_ended() { ended_.fetch_add(1, std::memory_order_relaxed); }

 private:
  void watch();
  bool pause(std::chrono::milliseconds time);  // false: it is over
  [[noreturn]] void bark();

  asio::io_context& reactor_;
  std::chrono::milliseconds limit_;
  pthread_t watched_;
  std::atomic<unsigned long> ended_ = 0;  // handlers so far
  std::mutex mutex_;
  std::condition_variable over_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace eka::coro
