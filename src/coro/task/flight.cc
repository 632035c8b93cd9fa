#include "coro/task/flight.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "coro/task/spawn.h"

namespace eka::coro::detail {
namespace {

// Whoever catches an Error may add context to it: so nobody gets the same object as another.
[[noreturn]] void rethrow_copy(const std::exception_ptr& failure) {
  try {
    rethrow(failure);
  } catch (const Error& error) {
    throw Error(error);
  }
}

}  // namespace

void Flight::start(const Executor& executor, Task<> work, std::function<void()> on_end) {
  spawn(executor, std::move(work), cancel_.slot(), [this, on_end = std::move(on_end)](std::exception_ptr failure) {
    on_end();
    ended(std::move(failure));
  });
}

void Flight::ended(std::exception_ptr failure) {
  ended_ = true;
  failure_ = std::move(failure);
  for (Wakeup* const sleeper : std::exchange(sleepers_, {})) sleeper->notify();
}

Task<> Flight::join() {
  ++askers_;
  bool cancelled = false;
  if (!ended_) {
    Wakeup end;
    const auto place = sleepers_.insert(sleepers_.end(), &end);
    co_await end.wait([&] {
      cancelled = true;
      if (--askers_ == 0) {
        doomed_ = true;
        cancel_.emit(asio::cancellation_type::terminal);
      } else {
        sleepers_.erase(place);
        end.notify();
      }
    });
  }
  if (cancelled) throw Cancelled();
  if (failure_) rethrow_copy(failure_);
}

Task<> Flight::wait_gone() {
  bool cancelled = false;
  if (!ended_) {
    Wakeup end;
    const auto place = sleepers_.insert(sleepers_.end(), &end);
    co_await end.wait([&] {
      cancelled = true;
      sleepers_.erase(place);
      end.notify();
    });
  }
  // Cancelled after it was woken, before it resumed? The caller is about to start work that nobody would wait for.
  const auto state = co_await asio::this_coro::cancellation_state;
  if (cancelled || state.cancelled() != asio::cancellation_type::none) throw Cancelled();
}

void flights_left_behind() {
  std::fputs("eka: a single flight was destroyed while its work was under way\n", stderr);
  std::abort();
}

}  // namespace eka::coro::detail
