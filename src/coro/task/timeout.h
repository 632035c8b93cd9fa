// Timeouts: for connecting, for stalled transfers and for a whole run; not for the duration of a transfer.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "base/error.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "coro/task/task_group.h"

namespace eka::coro {

Task<> sleep(std::chrono::milliseconds time);

// A retryable Error(Kind::remote, "no answer within 10 s").
Error no_answer(std::chrono::milliseconds limit);

// Returns the result of `task`. If it has not ended within `limit`, cancels it, waits for its end and throws `error`.
// Cancelling the caller cancels the task. `clock` must outlive the task.
Task<> timeout(std::chrono::milliseconds limit, Task<> task, Error error, Clock& clock = Clock::system());

template <class T>
Task<T> timeout(std::chrono::milliseconds limit, Task<T> task, Error error, Clock& clock = Clock::system()) {
  std::optional<T> result;
  co_await timeout(limit, detail::store(std::move(task), &result), std::move(error), clock);
  co_return *std::move(result);
}

template <class T>
Task<T> timeout(std::chrono::milliseconds limit, Task<T> task) {
  return timeout(limit, std::move(task), no_answer(limit));
}

}  // namespace eka::coro
