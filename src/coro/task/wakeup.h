// Suspends one coroutine until it is notified. The other primitives of this folder are based on it.
//
// The coroutine is resumed by posting, never inside notify(): the notifier may be deep in a call or about to be
// destroyed, and a chain of notifications must not become a chain of stack frames.
#pragma once

#include <functional>
#include <memory>

#include "coro/task/task.h"

namespace eka::coro {

class Wakeup {
 public:
  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  // Resumes the waiting coroutine; if there is none, the next wait() returns immediately. Call on its executor only.
  void notify();

  // Suspends until notify(). If the coroutine is cancelled meanwhile, `on_cancel` is called in the cancelling handler
  // and the coroutine stays suspended: `on_cancel` must cause a call of notify(), immediately or after cleaning up.
  // Returns without throwing in both cases. One waiting coroutine at a time.
  Task<> wait(std::function<void()> on_cancel);

 private:
  struct Sleeper;
  template <class Handler>
  struct SleeperOf;
  struct Suspend;

  std::unique_ptr<Sleeper> sleeper_;
  bool notified_ = false;
};

}  // namespace eka::coro
