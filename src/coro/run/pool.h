// The thread pool, and offload(), which runs a function on it and resumes the coroutine on the caller's executor.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "coro/task/task.h"

namespace eka::coro {

// For blocking calls and computations: libgit2, inflate, hashing, fsync. The destructor waits for running functions.
// Calls that may block for an unlimited time get their own thread instead (own_thread.h).
class Pool {
 public:
  // At least 4 threads, or one for each processor: some may wait for the disk.
  static std::size_t usual_size();

  explicit Pool(std::size_t threads);
  // A pool without threads: `place` returns the executor for each job, and must outlive the pool. For simulations,
  // which decide the order in which jobs end.
  explicit Pool(std::function<Executor()> place);
  ~Pool();
  // The executor for the next job.
  Executor executor();

  // Runs `work` at some time before the pool is destroyed; nothing waits for it. Exceptions are ignored, so use it only
  // for cleanup that is done elsewhere if it fails.
  void run_detached(std::function<void()> work);

 private:
  std::optional<asio::thread_pool> threads_;
  std::function<Executor()> place_;
};

// Tells a function on the pool whether its caller was cancelled. Long-running functions check it regularly and return
// early.
class Stop {
 public:
  explicit Stop(const std::atomic<bool>& requested) : requested_(&requested) {}
  bool requested() const { return requested_->load(std::memory_order_relaxed); }
  void check() const {
    if (requested()) throw Cancelled();
  }

 private:
  const std::atomic<bool>* requested_;
};

namespace detail {

// The result type of a function that takes a Stop or nothing.
template <class Function, bool = std::is_invocable_v<Function&, Stop>>
struct OffloadResult : std::invoke_result<Function&, Stop> {};
template <class Function>
struct OffloadResult<Function, false> : std::invoke_result<Function&> {};
template <class Function>
using OffloadResultOf = typename OffloadResult<Function>::type;

}  // namespace detail

// Runs `function`, which may take a Stop, on the pool and resumes on the caller's executor with its result. Exceptions
// are rethrown as Error or Cancelled (error_of()). Cancelling the caller does not interrupt the function: the caller
// stays suspended until it has ended, so that references it captured stay valid, and then throws Cancelled. If the
// function has not started when the caller is cancelled, it is not run. Capture by reference: [&] is safe here.
template <class Function>
Task<detail::OffloadResultOf<Function>> offload(Pool& pool, Function&& function);

namespace detail {

class Job {
 public:
  virtual void run(Stop stop) = 0;

 protected:
  ~Job() = default;
};

Task<> run_on(Pool& pool, Job& job);

// Error and Cancelled unchanged, everything else as an Error.
std::exception_ptr translated(const std::exception_ptr& failure);

template <class Function>
OffloadResultOf<Function> call(Function& function, Stop stop) {
  if constexpr (std::is_invocable_v<Function&, Stop>) {
    return function(stop);
  } else {
    return function();
  }
}

template <class Function>
class FunctionJob final : public Job {
 public:
  explicit FunctionJob(Function function) : function_(std::move(function)) {}
  void run(Stop stop) override { result_.emplace(call(function_, stop)); }
  auto take() { return *std::move(result_); }

 private:
  Function function_;
  std::optional<OffloadResultOf<Function>> result_;
};

template <class Function>
  requires std::is_void_v<OffloadResultOf<Function>>
class FunctionJob<Function> final : public Job {
 public:
  explicit FunctionJob(Function function) : function_(std::move(function)) {}
  void run(Stop stop) override { call(function_, stop); }
  void take() {}

 private:
  Function function_;
};

template <class Function>
Task<OffloadResultOf<Function>> offload_function(Pool& pool, Function function) {
  FunctionJob<Function> job(std::move(function));
  co_await run_on(pool, job);
  co_return job.take();
}

}  // namespace detail

template <class Function>
Task<detail::OffloadResultOf<Function>> offload(Pool& pool, Function&& function) {
  static_assert(outlives_await<Function>, "capture by reference, or name the function first (see task.h)");
  return detail::offload_function<std::decay_t<Function>>(pool, std::forward<Function>(function));
}

}  // namespace eka::coro
