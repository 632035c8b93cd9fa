// The one place where executors are made: a reactor run by the calling thread, and a pool.
#pragma once

#include <cstddef>

#include "coro/pool.h"
#include "coro/task.h"

namespace eka::coro {

class Runtime {
 public:
  explicit Runtime(std::size_t pool_threads);
  ~Runtime();

  Executor reactor();
  Pool& pool();

  // Runs `task` on the reactor, on this thread, to its end. SIGINT and SIGTERM cancel it: then Interrupted is thrown,
  // once everything it spawned has ended. A second SIGINT ends the process at once with 130. SIGPIPE is ignored.
  template <class T>
  T run(Task<T> task);
};

// Thrown by run(): the exit code is 128 + signal.
struct Interrupted {
  int signal;
};

}  // namespace eka::coro
