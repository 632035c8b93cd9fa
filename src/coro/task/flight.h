// Work that several wait for, and that belongs to none of them.
//
// The work is a coroutine of its own. It ends by itself, and then everyone who waits resumes; or it is cancelled when
// the last one who waits is. So an asker that is cancelled, or fails otherwise, never takes the work away from the
// others, and never leaves it running with nobody to wait for its end.
//
// This is what single_flight.h (one work for each key) is made of, and what anything uses that gathers the wishes of
// several askers into one piece of work.
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
  // with whatever result, before anybody who waits resumes. The caller must go on to wait_all() or join() without
  // suspending and without being cancelled: use throw_if_cancelled() before.
  void start(const Executor& executor, Task<> work, std::function<void()> on_end);

  // Waits for the end; throws what the work threw, to each a copy. Where the caller is cancelled: throws Cancelled, at
  // once when others still wait, else once the work, cancelled too, has ended.
  static Task<> join(std::shared_ptr<Flight> flight);

  // The same for several at once; what the works threw is left to failure(). From the first moment on the caller counts
  // as an asker of each of them.
  static Task<> wait_all(std::vector<std::shared_ptr<Flight>> flights);

  // Waits for the end without being an asker: for whoever finds the flight doomed.
  static Task<> wait_gone(std::shared_ptr<Flight> flight);

  // Cancelled because nobody waits any more; no use joining it.
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

// Throws what `failure` holds. An Error is copied: whoever catches it may add context to it, so nobody gets the same
// object as another.
[[noreturn]] void rethrow_copy(const std::exception_ptr& failure);

namespace detail {

[[noreturn]] void flights_left_behind();

}  // namespace detail

}  // namespace eka::coro
