// One coroutine sleeps until it is woken: the brick of which the rest of this folder is built.
//
// The sleeper is resumed by posting, never from inside notify(): whoever wakes may be deep in a call or about to go
// away, and a chain of wakings must not become a chain of stack frames.
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

  // Wakes the sleeper; with none yet, the next wait() returns at once. On the sleeper's executor only.
  void notify();

  // Suspends until notify(). When the coroutine is cancelled meanwhile, `on_cancel` is called inside the cancelling
  // handler, and the sleeper sleeps on: it is up to `on_cancel` to have notify() called, now or once all is tidy.
  // Returns without throwing in either case. One sleeper at a time.
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
