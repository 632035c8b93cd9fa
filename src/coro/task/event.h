// A one-shot event: many wait, one sets, all go on.
#pragma once

#include <vector>

#include "coro/task/wakeup.h"

namespace eka::coro {

// Of one executor: all calls come from the same thread. A waiter that is cancelled throws Cancelled and costs nobody
// anything. The event must outlive its waiters.
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
