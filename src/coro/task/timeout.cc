#include "coro/task/timeout.h"

#include <string>

namespace eka::coro {
namespace {

Task<> expire(std::chrono::milliseconds limit, Error error, Clock* clock) {
  co_await clock->sleep(limit);
  throw error;
}

Task<> finish(Task<> task, TaskGroup* group) {
  co_await std::move(task);
  group->cancel();  // cancels expire()
}

}  // namespace

Task<> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

Error no_answer(std::chrono::milliseconds limit) {
  const auto count = limit.count();
  const std::string time = count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
  return Error(Kind::remote, "no answer within " + time).retryable();
}

Task<> timeout(std::chrono::milliseconds limit, Task<> task, Error error, Clock& clock) {
  TaskGroup group(co_await asio::this_coro::executor);
  group.start(finish(std::move(task), &group));
  group.start(expire(limit, std::move(error), &clock));
  co_await group.join();
}

}  // namespace eka::coro
