// Whether the first failure of a run is its end.
#pragma once

#include <iterator>
#include <utility>
#include <vector>

#include "coro/task/task_group.h"

namespace eka::engine {

// Runs all tasks concurrently. With `fail_fast`, the first failure cancels the others and is thrown; otherwise failures
// are results, in the order of the tasks.
template <class T>
coro::Task<std::vector<Result<T>>> gather(std::vector<coro::Task<T>> tasks, bool fail_fast) {
  if (!fail_fast) co_return co_await coro::gather(std::move(tasks));
  auto all = co_await coro::all(std::move(tasks));
  co_return std::vector<Result<T>>(std::move_iterator(all.begin()), std::move_iterator(all.end()));
}

}  // namespace eka::engine
