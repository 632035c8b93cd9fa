// Work that several callers wait for, and that belongs to none of them.
//
// The work is a coroutine of its own. When it ends, all waiting callers resume; when the last waiting caller is
// cancelled, the work is cancelled. So a caller that is cancelled, or fails otherwise, never aborts work that others
// wait for, and never leaves it running unattended.
//
// single_flight.h (one work for each key) uses this, as does everything that combines the requests of several callers
// into one piece of work.
#pragma once

#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "coro/task/task.h"
#include "coro/task/wakeup.h"

namespace eka::coro {

// On one executor. Held by shared pointers: of those who wait, and of the work's owner until `on_end` was called.
class Flight {
 public:
  Flight() = default;
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  // Starts `work`, which begins at the next turn of the executor at the earliest. `on_end` is called when it has ended
  // with whatever result, before any waiting caller resumes. The caller must then call wait_all() or join() without
  // suspending and without being cancelled: use throw_if_cancelled() before.
  void start(const Executor& executor, Task<> work, std::function<void()> on_end);

  // Waits for the end; throws what the work threw, to each a copy. Where the caller is cancelled: throws Cancelled, at
  // once when others still wait, else once the work, cancelled too, has ended.
  static Task<> join(std::shared_ptr<Flight> flight);

  // The same for several at once; what the works threw is left to failure(). From the first moment on the caller counts
  // as waiting for each of them.
  static Task<> wait_all(std::vector<std::shared_ptr<Flight>> flights);

  // Waits for the end without being counted: for callers that find the flight doomed.
  static Task<> wait_gone(std::shared_ptr<Flight> flight);

  // Cancelled because no caller waits any more; it must not be joined.
  bool is_doomed() const { return doomed_; }
  bool has_ended() const { return ended_; }
  // What the work threw; null while it runs and when it succeeded.
  const std::exception_ptr& failure() const { return failure_; }

 private:
  struct Asker;
  void leave(Asker& asker);

  asio::cancellation_signal cancel_;
  std::list<Asker*> askers_;
  std::list<Wakeup*> onlookers_;  // wait_gone()
  bool doomed_ = false;
  bool ended_ = false;
  std::exception_ptr failure_;
};

// Throws what `failure` holds. An Error is copied, because each caller may add context to it.
[[noreturn]] void rethrow_copy(const std::exception_ptr& failure);

namespace detail {

[[noreturn]] void flights_left_behind();

}  // namespace detail

}  // namespace eka::coro
