// What single_flight.h is made of, apart from keys and results.
#pragma once

#include <exception>
#include <functional>
#include <list>

#include "coro/task/task.h"
#include "coro/task/wakeup.h"

namespace eka::coro::detail {

// Work under way that several wait for. Shared by them all; its owner keeps it until on_end was called.
class Flight {
 public:
  // `on_end` is called when the work has ended, before anybody who waits resumes.
  void start(const Executor& executor, Task<> work, std::function<void()> on_end);

  // Waits for the end; throws what the work threw, a copy for each. If the caller is cancelled: Cancelled, at once when
  // others still ask, else once the work, cancelled too, has ended.
  Task<> join();

  // Waits for the end without asking for the result.
  Task<> wait_gone();

  // Cancelled because nobody asks any more; no use joining it.
  bool is_doomed() const { return doomed_; }

 private:
  void ended(std::exception_ptr failure);

  asio::cancellation_signal cancel_;
  std::size_t askers_ = 0;
  bool doomed_ = false;
  bool ended_ = false;
  std::exception_ptr failure_;
  std::list<Wakeup*> sleepers_;
};

[[noreturn]] void flights_left_behind();

}  // namespace eka::coro::detail
