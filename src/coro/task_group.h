// Structured concurrency: no task outlives its group.
#pragma once

#include <vector>

#include "coro/task.h"
#include "error/error.h"

namespace eka::coro {

// Runs all at once. The first failure cancels the rest; when every one has ended, that failure is thrown. The order of
// the results is that of the tasks. Cancelling the caller cancels all of them and waits for them.
template <class T>
Task<std::vector<T>> all(std::vector<Task<T>> tasks);
Task<> all(std::vector<Task<>> tasks);

// Runs all at once; failures do not touch the siblings and are returned in place. Cancellation cancels all and throws.
template <class T>
Task<std::vector<Result<T>>> gather(std::vector<Task<T>> tasks);
Task<std::vector<Result<void>>> gather(std::vector<Task<>> tasks);

}  // namespace eka::coro
