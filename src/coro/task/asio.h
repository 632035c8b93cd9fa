// The only file that includes Asio.
#pragma once

// First in each translation unit: Asio selects its allocator by a macro of the standard library's configuration, and a
// unit that has not seen it would free memory allocated differently by another one.
// clang-format off
#include <version>
// clang-format on

// With a sanitizer, coroutine frames are not recycled, so that it detects uses after free.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING
#endif
#endif

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/dispatch.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
