#include "coro/run/pool.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "base/error.h"
#include "coro/task/wakeup.h"

namespace eka::coro {

Pool::Pool(std::size_t threads) : threads_(std::in_place, threads == 0 ? 1 : threads) {}

Pool::Pool(std::function<Executor()> place) : place_(std::move(place)) {}

Pool::~Pool() {
  if (threads_) threads_->join();
}

std::size_t Pool::usual_size() {
  return std::max<std::size_t>(4, std::thread::hardware_concurrency());
}

void Pool::run_detached(std::function<void()> work) {
  asio::post(executor(), [work = std::move(work)] {
    try {
      work();
    } catch (...) {
      return;  // see the header
    }
  });
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
  // `here` is copied, because the coroutine may be destroyed as soon as the last line of this handler has posted.
  asio::post(pool.executor(), [here, &job, &state] {
    try {
      if (!state.cancelled) job.run(Stop(state.cancelled));
    } catch (...) {
      state.failure = translated(std::current_exception());
    }
    asio::post(here, [&state] { state.ended.notify(); });
  });
  co_await state.ended.wait([&state] { state.cancelled = true; });
  if (state.cancelled) throw Cancelled();
  if (state.failure) rethrow(std::exchange(state.failure, nullptr));
}

std::exception_ptr detail::translated(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error&) {
    return failure;
  } catch (const Cancelled&) {
    return failure;
  } catch (const std::exception& exception) {
    return std::make_exception_ptr(error_of(exception));
  } catch (...) {
    return std::make_exception_ptr(Error(Kind::failure, "unknown exception"));
  }
}

}  // namespace eka::coro
