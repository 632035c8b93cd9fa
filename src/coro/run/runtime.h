// Creates the executors: a reactor that runs on the calling thread, and a pool.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "coro/run/interrupt.h"
#include "coro/run/pool.h"
#include "coro/task/task.h"

namespace eka::coro {

// At most one per process, because it handles signals. Objects that use its reactor (timers, sockets) must be destroyed
// before it. The destructor waits for running pool jobs, but after a signal only for a limited time (see run()).
class Runtime {
 public:
  // With a `handler_limit`, a watchdog aborts the process with a stack trace when one handler holds the reactor for
  // longer (watchdog.h). The default is the environment variable EKA_WATCHDOG, a number of milliseconds, which lets
  // tests watch any program they run.
  explicit Runtime(std::size_t pool_threads, std::optional<std::chrono::milliseconds> handler_limit = std::nullopt);
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  Executor reactor();
  Pool& pool() { return pool_; }

  // Runs `task` on the reactor, on this thread, until it ends; returns its result or throws its exception. SIGINT and
  // SIGTERM cancel it, and run() throws Interrupted when everything it spawned has ended. If that takes longer than a
  // second, or if a second SIGINT arrives, the process ends (interrupt.h). May be called again. SIGPIPE is ignored
  // while the Runtime exists.
  template <class T>
  T run(Task<T> task);

 private:
  void run_to_end(Task<> task);
  void loop(const bool& ended) noexcept;
  void loop_watched(const bool& ended) noexcept;

  ExitDeadline exit_deadline_;  // outlives the threads of the pool
  asio::io_context reactor_;
  Pool pool_;
  std::optional<std::chrono::milliseconds> handler_limit_;
  void (*sigpipe_)(int);
};

// Thrown by run(): the exit code is 128 + signal.
struct Interrupted {
  int signal;
};

template <class T>
T Runtime::run(Task<T> task) {
  if constexpr (std::is_void_v<T>) {
    run_to_end(std::move(task));
  } else {
    std::optional<T> result;
    run_to_end(detail::store(std::move(task), &result));
    return *std::move(result);
  }
}

}  // namespace eka::coro
