#include "coro/run/pool.h"

#include <atomic>
#include <utility>

#include "base/error.h"
#include "coro/task/wakeup.h"

namespace eka::coro {

Pool::Pool(std::size_t threads) : threads_(std::in_place, threads == 0 ? 1 : threads) {}

Pool::Pool(std::function<Executor()> place) : place_(std::move(place)) {}

Pool::~Pool() {
  if (threads_) threads_->join();
}

Executor Pool::executor() {
  return threads_ ? Executor(threads_->get_executor()) : place_();
}

Task<> detail::run_on(Pool& pool, Job& job) {
  struct State {
    Wakeup ended;
    std::atomic<bool> cancelled = false;
    std::exception_ptr failure;
  } state;
  const Executor here = co_await asio::this_coro::executor;
  // `here` is copied: the moment the last line has posted, the coroutine may be gone.
  asio::post(pool.executor(), [here, &job, &state] {
    try {
      if (!state.cancelled) job.run(Stop(state.cancelled));
    } catch (...) {
      state.failure = std::current_exception();
    }
    asio::post(here, [&state] { state.ended.notify(); });
  });
  co_await state.ended.wait([&state] { state.cancelled = true; });
  if (state.cancelled) throw Cancelled();
  if (state.failure) rethrow(std::exchange(state.failure, nullptr));
}

}  // namespace eka::coro
