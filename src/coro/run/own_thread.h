// For the few calls that block for an unlimited time and cannot be interrupted: getaddrinfo.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "coro/task/task.h"

namespace eka::coro {

// Runs `function` on its own thread and resumes on the caller's executor with its result or exception. A cancelled
// caller does not wait: it throws Cancelled immediately, and the thread continues, unused, until the function returns
// or the process ends. `function` must therefore own everything it uses, and must be named before it is passed (see the
// warning in task.h). A thread costs more than a pool job, but other jobs do not have to wait for it.
template <class T>
Task<T> on_own_thread(std::function<T()> function);

namespace detail {

// `work` is destroyed on the thread.
Task<> run_on_own_thread(std::function<void()> work);

}  // namespace detail

template <class T>
Task<T> on_own_thread(std::function<T()> function) {
  const auto result = std::make_shared<std::optional<T>>();
  std::function<void()> work = [function = std::move(function), result] { result->emplace(function()); };
  co_await detail::run_on_own_thread(std::move(work));
  co_return *std::move(*result);
}

}  // namespace eka::coro
