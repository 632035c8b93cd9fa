// A one-shot event: set() resumes all coroutines that wait for it.
#pragma once

#include <vector>

#include "coro/task/wakeup.h"

namespace eka::coro {

// All calls must come from the thread of one executor. A cancelled waiter throws Cancelled and does not affect the
// others. The event must outlive its waiters.
class Event {
 public:
  bool is_set() const { return set_; }
  void set();
  Task<> wait();

 private:
  bool set_ = false;
  std::vector<Wakeup*> waiting_;
};

}  // namespace eka::coro
