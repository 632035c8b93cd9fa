// The thread pool, and offload(): run a plain function there, resume here.
#pragma once

#include <cstddef>
#include <type_traits>

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
// references it was given stay valid, and then throws Cancelled.
template <class Function>
Task<std::invoke_result_t<Function>> offload(Pool& pool, Function function);

}  // namespace eka::coro
