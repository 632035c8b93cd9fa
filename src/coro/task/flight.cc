#include "coro/task/flight.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <utility>

#include "base/error.h"
#include "coro/task/spawn.h"

namespace eka::coro {

// A caller that waits for one or more flights.
struct Flight::Asker {
  void one_less() {
    if (--waits_for == 0) wakeup.notify();
  }

  Wakeup wakeup;
  std::size_t waits_for = 0;
  bool cancelled = false;
};

void Flight::start(const Executor& executor, Task<> work, std::function<void()> on_end) {
  spawn(executor, std::move(work), cancel_.slot(), [this, on_end = std::move(on_end)](std::exception_ptr failure) {
    // on_end may release the last reference to this object.
    failure_ = std::move(failure);
    ended_ = true;
    const auto askers = std::exchange(askers_, {});
    const auto onlookers = std::exchange(onlookers_, {});
    on_end();
    for (Asker* const asker : askers) asker->one_less();
    for (Wakeup* const onlooker : onlookers) onlooker->notify();
  });
}

// The last caller keeps waiting until the cancelled work has ended.
void Flight::leave(Asker& asker) {
  if (askers_.size() > 1) {
    askers_.remove(&asker);
    asker.one_less();
  } else {
    doomed_ = true;
    cancel_.emit(asio::cancellation_type::terminal);
  }
}

Task<> Flight::wait_all(std::vector<std::shared_ptr<Flight>> flights) {
  // Each once, in the order given: that of addresses would be another in each run.
  std::set<const Flight*> seen;
  std::erase_if(flights, [&](const auto& flight) { return !seen.insert(flight.get()).second; });
  Asker asker;
  for (const auto& flight : flights) {
    if (flight->ended_) continue;
    flight->askers_.push_back(&asker);
    ++asker.waits_for;
  }
  if (asker.waits_for == 0) co_return;
  co_await asker.wakeup.wait([&] {
    asker.cancelled = true;
    ++asker.waits_for;  // prevents resuming the caller before it has left all flights
    for (const auto& flight : flights) {
      if (!flight->ended_) flight->leave(asker);
    }
    asker.one_less();
  });
  if (asker.cancelled) throw Cancelled();
}

Task<> Flight::join(std::shared_ptr<Flight> flight) {
  std::vector<std::shared_ptr<Flight>> one{flight};
  co_await wait_all(std::move(one));
  if (flight->failure_) rethrow_copy(flight->failure_);
}

Task<> Flight::wait_gone(std::shared_ptr<Flight> flight) {
  bool cancelled = false;
  if (!flight->ended_) {
    Wakeup end;
    auto& onlookers = flight->onlookers_;
    const auto place = onlookers.insert(onlookers.end(), &end);
    co_await end.wait([&] {
      cancelled = true;
      onlookers.erase(place);
      end.notify();
    });
  }
  if (cancelled) throw Cancelled();
  co_await throw_if_cancelled();  // cancelled after the wakeup, but before it resumed
}

void rethrow_copy(const std::exception_ptr& failure) {
  try {
    rethrow(failure);
  } catch (const Error& error) {
    throw Error(error);
  }
}

void detail::flights_left_behind() {
  std::fputs("eka: a single flight was destroyed while its work was under way\n", stderr);
  std::abort();
}

}  // namespace eka::coro
