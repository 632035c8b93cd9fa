// The coroutine type of the program, and cancellation.
//
// All coroutines have the type asio::awaitable and run on the reactor (one thread): sockets, pipes, timers, child
// processes. Blocking calls and computations are plain functions that run on the pool (pool.h). Because all coroutines
// share the reactor thread, data used only by coroutines needs no lock.
//
// Cancellation: a coroutine is cancelled by the group, flight or run() that started it, at most once. The operation in
// which it is suspended then ends early, and each further `co_await` of a Task throws. The exception is Cancelled or,
// from an operation of Asio, asio::system_error(operation_aborted). Tasks need not distinguish them, because all(),
// gather(), run() and others pass on only Cancelled. So: do not catch either, clean up in destructors. Cleanup that
// suspends starts with this statement, outside of the catch block:
//
//     co_await asio::this_coro::throw_if_cancelled(false);
//
// After it, tasks can be awaited again; finally, rethrow() the exception.
//
// Warning: GCC 12 destroys temporary closures and aggregates twice if they are part of a statement with co_await (as an
// argument of the awaited call, or next to it) and contain more than pointers and numbers. Give them a name first, or
// capture by reference if the caller stays suspended anyway. Functions of this layer that take a function do not
// compile in the dangerous case (`outlives_await`); AddressSanitizer finds the others.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "coro/task/asio.h"

namespace eka::coro {

template <class T = void>
using Task = asio::awaitable<T>;

using Executor = asio::any_io_executor;

// Whether a function can be passed as F&& in a co_await expression: named functions (which are copied), and closures
// that capture only references, pointers and numbers.
template <class F>
concept outlives_await = std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<F>;

// Lets other coroutines run; throws Cancelled if this one was cancelled. For loops that otherwise never suspend.
Task<> checkpoint();

// Throws Cancelled if this coroutine was cancelled; never suspends. If it returns, the coroutine cannot be cancelled
// before it next suspends.
Task<> throw_if_cancelled();

// Whether this is Cancelled or Asio's equivalent.
bool is_cancellation(const std::exception_ptr& failure);

// Throws the exception of `failure`; Cancelled for both kinds of cancellation.
[[noreturn]] void rethrow(std::exception_ptr failure);

namespace detail {

// A task without its result, so that functions that start tasks need not be templates.
template <class T>
Task<> store(Task<T> task, std::optional<T>* result) {
  result->emplace(co_await std::move(task));
}

}  // namespace detail

}  // namespace eka::coro
