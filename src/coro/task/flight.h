// Work that several callers wait for and that belongs to none of them.
//
// The work is a coroutine of its own. Either it ends, and all callers that wait for it resume; or it is cancelled, when
// the last of them is cancelled. A caller that is cancelled or fails therefore never stops the work for the others, and
// never leaves it running when nothing waits for it.
//
// single_flight.h (one piece of work for each key) is based on it, and so is code that combines the requests of several
// callers into one piece of work.
#pragma once

#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "coro/task/task.h"
#include "coro/task/wakeup.h"

namespace eka::coro {

// All calls must be made on one executor. Held by shared pointers: of the callers that wait, and of the owner of the
// work until `on_end` has been called.
class Flight {
 public:
  Flight() = default;
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  // Starts `work`, at the next turn of the executor at the earliest. `on_end` is called when it has ended, successfully
  // or not, before any waiting caller resumes. The caller must then call wait_all() or join() without suspending and
  // without being cancelled: call throw_if_cancelled() first.
  void start(const Executor& executor, Task<> work, std::function<void()> on_end);

  // Waits for the end; throws the exception of the work, a copy for each caller. If the caller is cancelled, throws
  // Cancelled: immediately if others still wait, otherwise when the work, which is then cancelled too, has ended.
  static Task<> join(std::shared_ptr<Flight> flight);

  // Like join() for several flights, but does not throw their exceptions: see failure(). The caller counts as waiting
  // for all of them from the start.
  static Task<> wait_all(std::vector<std::shared_ptr<Flight>> flights);

  // Waits for the end without keeping the work alive. For callers that find a doomed flight.
  static Task<> wait_gone(std::shared_ptr<Flight> flight);

  // Cancelled because nothing waits for it any more; do not join it.
  bool is_doomed() const { return doomed_; }
  bool has_ended() const { return ended_; }
  // The exception of the work; null while it is running and if it succeeded.
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

// Throws the exception of `failure`. An Error is copied, because handlers may add context to it: each caller gets its
// own object.
[[noreturn]] void rethrow_copy(const std::exception_ptr& failure);

namespace detail {

[[noreturn]] void flights_left_behind();

}  // namespace detail

}  // namespace eka::coro
