// Starts a coroutine; the only caller of asio::co_spawn. Use TaskGroup, all() or gather() instead, which wait for it.
#pragma once

#include <exception>
#include <functional>

#include "coro/task/task.h"

namespace eka::coro {

// Starts `task` from a separate handler (not inside this call, to avoid nesting). `on_end` is called on `executor`
// after the frames of the task were destroyed, with its exception or null. The signal of `slot` must stay valid until
// then.
void spawn(const Executor& executor, Task<> task, asio::cancellation_slot slot,
           std::function<void(std::exception_ptr)> on_end);

}  // namespace eka::coro
