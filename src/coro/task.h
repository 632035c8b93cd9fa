// The coroutine type of the whole program, and the two executors it runs on.
//
// Everything is asio::awaitable. The reactor (one thread) runs every coroutine of the engine: sockets, pipes, timers,
// children. The pool runs what blocks or computes, and only plain functions go there (offload.h). Since all coroutines
// share the one reactor thread, data that only coroutines touch needs no lock.
#pragma once

#include "coro/asio.h"

namespace eka::coro {

template <class T = void>
using Task = asio::awaitable<T>;

using Executor = asio::any_io_executor;

}  // namespace eka::coro
