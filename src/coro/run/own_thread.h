// For the few calls that block for as long as somebody else likes and cannot be interrupted: getaddrinfo.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "coro/task/task.h"

namespace eka::coro {

// Runs `function` on a thread of its own and resumes on the caller's executor with its result or its exception. A
// caller that is cancelled does not wait: it throws Cancelled at once, and the thread continues, its result unused,
// until the function returns or the process ends. So `function` must own all that it uses, and be named before it is
// passed (see the trap in task.h). A thread costs more than a turn of the pool; in return it does not delay others.
template <class T>
Task<T> on_own_thread(std::function<T()> function);

namespace detail {

// `work` is destroyed by the thread.
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
