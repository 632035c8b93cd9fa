// Structured concurrency: no task outlives its group.
//
// all() and gather() are what most code wants. TaskGroup is for tasks that are found while others already run. (Asio's
// parallel_group and its && and || operators were not taken: they want the number of tasks at compile time and cost
// seconds of it.)
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

// Runs all at once. The first failure cancels the rest; when every one has ended, that failure is thrown. The order of
// the results is that of the tasks. Cancelling the caller cancels all of them, waits for them, and throws Cancelled. A
// task that throws Cancelled of its own accord counts as a failure.
template <class T>
Task<std::vector<T>> all(std::vector<Task<T>> tasks);
Task<> all(std::vector<Task<>> tasks);

// Runs all at once; failures do not touch the siblings and are returned in place (an exception that is no Error
// becomes one of Kind::failure). Cancelling the caller cancels all, waits and throws Cancelled; so does a task that
// throws Cancelled of its own accord, for there is no place for it among the results.
template <class T>
Task<std::vector<Result<T>>> gather(std::vector<Task<T>> tasks);
Task<std::vector<Result<void>>> gather(std::vector<Task<>> tasks);

// A group that grows. Must be joined before it is destroyed, on every path: so let nothing that may throw stand
// between start() and join(); work of the caller's own that goes on meanwhile is started as a member too. Members may
// start more members.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Does nothing once the group is cancelled: join() will throw.
  void start(Task<> task);

  // Cancels every member; what they throw from now on is not a failure of the group.
  void cancel();

  // Waits until no member runs, then throws the first failure, if there was one. The first failure cancels the other
  // members. Cancelling the caller cancels all, waits, and throws Cancelled.
  Task<> join();

 private:
  void ended(std::exception_ptr failure);

  Executor executor_;
  std::deque<asio::cancellation_signal> signals_;  // one for each member, at a lasting address
  std::size_t running_ = 0;
  bool cancelled_ = false;
  std::exception_ptr failure_;
  Wakeup all_ended_;
};

namespace detail {

// Of the exception being handled: an Error for what can be told in place, else thrown on as Cancelled.
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
