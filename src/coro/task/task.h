// The coroutine type of the whole program, and how it is cancelled.
//
// Everything is asio::awaitable. The reactor (one thread) runs every coroutine of the engine: sockets, pipes, timers,
// children. The pool runs what blocks or computes, and only plain functions go there (pool.h). Since all coroutines
// share the one reactor thread, data that only coroutines touch needs no lock.
//
// Cancellation. A coroutine is cancelled through the group, flight or run() that started it, at most once. From then
// on what it is suspended in ends early, and every further `co_await` of a Task throws. What is thrown is Cancelled or,
// from an operation of Asio itself, asio::system_error(operation_aborted): a task never needs to tell them apart,
// since all(), gather(), run() and the rest hand on Cancelled only. So: write no catch for either, let destructors
// clean up. Cleanup that has to suspend says, outside of the catch block,
//
//     co_await asio::this_coro::throw_if_cancelled(false);
//
// after which tasks may be awaited again; then rethrow() what was caught.
//
// A trap: GCC 12 destroys closures and aggregates twice that are temporaries of a statement with a co_await in it (as
// an argument of the awaited call, or beside one) and hold more than pointers and numbers. Name them first, or capture
// by reference where the caller stays suspended anyway. Where this floor takes a function it refuses to compile the
// dangerous case: see `outlives_await`. For the rest there is AddressSanitizer.
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

// May a function be passed as F&& within a co_await expression? Named ones may (they are copied), and closures that
// capture only references, pointers and numbers.
template <class F>
concept outlives_await = std::is_lvalue_reference_v<F> || std::is_trivially_destructible_v<F>;

// Lets others run, and throws Cancelled if this coroutine was cancelled: for loops that otherwise never suspend.
Task<> checkpoint();

// Throws Cancelled if this coroutine was cancelled; never suspends. Where it was not, it cannot be before it suspends.
Task<> throw_if_cancelled();

// Is this Cancelled, or Asio's name for it?
bool is_cancellation(const std::exception_ptr& failure);

// Throws what `failure` holds; Cancelled for either kind of cancellation.
[[noreturn]] void rethrow(std::exception_ptr failure);

namespace detail {

// A task as one without a result, so that what starts tasks need not be a template.
template <class T>
Task<> store(Task<T> task, std::optional<T>* result) {
  result->emplace(co_await std::move(task));
}

}  // namespace detail

}  // namespace eka::coro
