// How a coroutine is started: the only caller of asio::co_spawn. Use a TaskGroup, all() or gather() instead: they wait.
#pragma once

#include <exception>
#include <functional>

#include "coro/task/task.h"

namespace eka::coro {

// Starts `task` from a handler of its own (not inside this call, so that starting does not nest). `on_end` is called
// on `executor` when the frames of the task are gone, with what it threw or null. The signal behind `slot` must live
// until then.
void spawn(const Executor& executor, Task<> task, asio::cancellation_slot slot,
           std::function<void(std::exception_ptr)> on_end);

}  // namespace eka::coro
