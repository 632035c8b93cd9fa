// The thread pool, and offload(), which runs a function there and resumes the coroutine here.
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
// What blocks for as long as somebody else likes goes to a thread of its own instead (own_thread.h).
class Pool {
 public:
  // At least 4 threads, or as many as there are processors: some of them may wait for the disk.
  static std::size_t usual_size();

  explicit Pool(std::size_t threads);
  // Without threads of its own: `place` says for each job where it runs, and must outlive the pool. For simulations,
  // which decide the order in which jobs end.
  explicit Pool(std::function<Executor()> place);
  ~Pool();
  // Of the next job.
  Executor executor();

  // Runs `work` at some time before the pool is destroyed, and nobody waits for it. What it throws is dropped: only for
  // cleaning up that somebody else does if it fails.
  void run_detached(std::function<void()> work);

 private:
  std::optional<asio::thread_pool> threads_;
  std::function<Executor()> place_;
};

// Whether the caller of a function that runs on the pool was cancelled. Long-running functions check it regularly and
// return early.
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

// Runs `function`, which may take a Stop, on the pool and resumes on the caller's executor with its result or its
// exception: an Error or Cancelled, whatever the function threw (error_of()). Cancelling the caller does not interrupt
// the function (it cannot be): the caller stays suspended until it has ended, so that references it was given stay
// valid, and then throws Cancelled. A function whose turn has not come when the caller is cancelled is not run at all.
// Capture by reference: [&] is safe here.
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

// Error and Cancelled as they are, everything else as an Error.
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
