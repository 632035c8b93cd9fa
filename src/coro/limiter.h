// A fair counting semaphore for coroutines of one executor, and a family of them by key.
#pragma once

#include "coro/task.h"

namespace eka::coro {

class Limiter {
 public:
  explicit Limiter(std::size_t capacity);
  // Returned to the limiter when destroyed.
  class Permit;
  // First come, first served; a waiter that is cancelled leaves the queue and costs nobody anything. `amount` above
  // the capacity is served when the limiter is wholly free.
  Task<Permit> acquire(std::size_t amount = 1);
};

}  // namespace eka::coro
