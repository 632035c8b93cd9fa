#include "coro/task/spawn.h"

#include <utility>

namespace eka::coro {
namespace {

Task<> drive(Task<> task) {
  // By default, Asio passes on only the terminal kind of cancellation.
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await asio::post(asio::use_awaitable);
  co_await std::move(task);
}

}  // namespace

void spawn(const Executor& executor, Task<> task, asio::cancellation_slot slot,
           std::function<void(std::exception_ptr)> on_end) {
  auto handler = [on_end = std::move(on_end)](std::exception_ptr failure) { on_end(std::move(failure)); };
  asio::co_spawn(executor, drive(std::move(task)), asio::bind_cancellation_slot(slot, std::move(handler)));
}

}  // namespace eka::coro
