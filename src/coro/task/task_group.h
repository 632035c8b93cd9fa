// Structured concurrency: no task outlives its group.
//
// Most code uses all() and gather(). TaskGroup is for tasks that are started while others are running. (Asio's
// parallel_group and its operators && and || are not used: they need the number of tasks at compile time and are slow
// to compile.)
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "coro/task/task.h"
#include "coro/task/wakeup.h"

namespace eka::coro {

// Runs all tasks concurrently. The first failure cancels the others; when all have ended, it is thrown. Results are in
// the order of the tasks. Cancelling the caller cancels all of them, waits for them, and throws Cancelled. A task that
// throws Cancelled without being cancelled counts as a failure.
template <class T>
Task<std::vector<T>> all(std::vector<Task<T>> tasks);
Task<> all(std::vector<Task<>> tasks);

// Runs all tasks concurrently. Failures do not affect the other tasks and are returned in their place (an exception
// that is not an Error becomes one of Kind::failure). Cancelling the caller cancels all tasks, waits for them and
// throws Cancelled; a task that throws Cancelled without being cancelled has the same effect.
template <class T>
Task<std::vector<Result<T>>> gather(std::vector<Task<T>> tasks);
Task<std::vector<Result<void>>> gather(std::vector<Task<>> tasks);

// A group to which tasks can be added. Must be joined before it is destroyed, on every path: nothing between start()
// and join() may throw. Awaiting join() throws at once if the caller was cancelled before: if it has awaited anything
// since it began, it must call throw_if_cancelled() before start(). Work that the caller does concurrently must be a
// member too. Members may start more members.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // No effect if the group was cancelled: join() will throw.
  void start(Task<> task);

  // Cancels all members; exceptions that they throw afterwards are not failures of the group.
  void cancel();

  // Waits until all members have ended, then throws the first failure, if any. The first failure cancels the other
  // members. Cancelling the caller cancels all, waits, and throws Cancelled.
  Task<> join();

 private:
  void ended(std::exception_ptr failure);

  Executor executor_;
  std::deque<asio::cancellation_signal> signals_;  // one per member, with a stable address
  std::size_t running_ = 0;
  bool cancelled_ = false;
  std::exception_ptr failure_;
  Wakeup all_ended_;
};

namespace detail {

// The exception being handled as an Error; Cancelled is rethrown.
Error current_error();

template <class T>
Task<> settle(Task<T> task, std::optional<Result<T>>* result) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
      result->emplace();
    } else {
      result->emplace(co_await std::move(task));
    }
  } catch (...) {
    result->emplace(std::unexpected(current_error()));
  }
}

template <class T>
std::vector<T> take(std::vector<std::optional<T>>& results) {
  std::vector<T> taken;
  taken.reserve(results.size());
  for (auto& result : results) taken.push_back(*std::move(result));
  return taken;
}

}  // namespace detail

template <class T>
Task<std::vector<T>> all(std::vector<Task<T>> tasks) {
  std::vector<std::optional<T>> results(tasks.size());
  std::vector<Task<>> stored;
  stored.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) stored.push_back(detail::store(std::move(tasks[i]), &results[i]));
  co_await all(std::move(stored));
  co_return detail::take(results);
}

template <class T>
Task<std::vector<Result<T>>> gather(std::vector<Task<T>> tasks) {
  std::vector<std::optional<Result<T>>> results(tasks.size());
  std::vector<Task<>> settled;
  settled.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) settled.push_back(detail::settle(std::move(tasks[i]), &results[i]));
  co_await all(std::move(settled));
  co_return detail::take(results);
}

}  // namespace eka::coro
