// The thread pool, and offload(): run a plain function there, resume here.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "coro/task.h"

namespace eka::coro {

// For what blocks or computes: libgit2, inflating, hashing, fsync. Destroying it waits for what runs.
class Pool {
 public:
  explicit Pool(std::size_t threads);
  ~Pool();
  Executor executor();

 private:
  asio::thread_pool pool_;
};

// Runs `function` on the pool and resumes on the caller's executor with its result or its exception. Cancelling the
// caller does not interrupt the function (it cannot be): the caller stays suspended until it has ended, so that
// references it was given stay valid, and then throws Cancelled. A function whose turn has not come when the caller is
// cancelled is not run at all. Capture by reference: [&] is safe here.
template <class Function>
Task<std::invoke_result_t<Function>> offload(Pool& pool, Function&& function);

namespace detail {

class Job {
 public:
  virtual void run() = 0;

 protected:
  ~Job() = default;
};

Task<> run_on(Pool& pool, Job& job);

template <class Function>
class FunctionJob final : public Job {
 public:
  explicit FunctionJob(Function function) : function_(std::move(function)) {}
  void run() override { result_.emplace(function_()); }
  auto take() { return *std::move(result_); }

 private:
  Function function_;
  std::optional<std::invoke_result_t<Function>> result_;
};

template <class Function>
  requires std::is_void_v<std::invoke_result_t<Function>>
class FunctionJob<Function> final : public Job {
 public:
  explicit FunctionJob(Function function) : function_(std::move(function)) {}
  void run() override { function_(); }
  void take() {}

 private:
  Function function_;
};

template <class Function>
Task<std::invoke_result_t<Function>> offload_function(Pool& pool, Function function) {
  FunctionJob<Function> job(std::move(function));
  co_await run_on(pool, job);
  co_return job.take();
}

}  // namespace detail

template <class Function>
Task<std::invoke_result_t<Function>> offload(Pool& pool, Function&& function) {
  static_assert(outlives_await<Function>, "capture by reference, or name the function first (see task.h)");
  return detail::offload_function<std::decay_t<Function>>(pool, std::forward<Function>(function));
}

}  // namespace eka::coro
