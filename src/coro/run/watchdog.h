// Aborts with a stack trace when one handler holds the reactor too long, by computing or by blocking in a system call.
// For tests (EKA_WATCHDOG, see runtime.h).
//
// Measures the time that the reactor's thread runs or sleeps inside one handler. Time in which it is ready to run while
// other threads use the processors does not count, so that a busy machine raises no false alarm. The kernel reports
// these times separately (/proc/self/task/<tid>/schedstat); where it does not, only processor time counts, and a
// handler that blocks is not detected.
//
// A thread regularly posts a tick to the reactor. While a tick is queued, the reactor cannot be idle, so if no handler
// ends in that time, one handler has been running throughout. (Measuring handlers directly would need a hook in Asio;
// measuring how long the tick is queued would mistake many short handlers for one long one.)
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
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
  bool pause(std::chrono::milliseconds time);  // false: the watchdog is being destroyed
  std::chrono::nanoseconds held() const;
  [[noreturn]] void bark();

  asio::io_context& reactor_;
  std::chrono::milliseconds limit_;
  pthread_t watched_;
  std::string schedstat_;                 // of the watched thread
  std::atomic<unsigned long> ended_ = 0;  // number of handlers that ended
  std::mutex mutex_;
  std::condition_variable over_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace eka::coro
