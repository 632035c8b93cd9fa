#include "coro/task/event.h"

#include <algorithm>

#include "base/error.h"

namespace eka::coro {

void Event::set() {
  set_ = true;
  for (auto* waiter : waiting_) waiter->notify();
}

Task<> Event::wait() {
  if (set_) co_return;
  Wakeup wakeup;
  waiting_.push_back(&wakeup);
  const std::function<void()> wake = [&wakeup] { wakeup.notify(); };
  co_await wakeup.wait(wake);
  std::erase(waiting_, &wakeup);
  if (!set_) throw Cancelled();
}

}  // namespace eka::coro
