// Tasks for the tests of this layer. None depends on timing.
#pragma once

#include <utility>

#include "base/error.h"
#include "coro/task/task.h"

namespace eka::coro {

// Ends only by cancellation. The counted guest shows that the frame is destroyed.
template <class Guest>
Task<> forever(Guest) {
  asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::use_awaitable);
}

// Lets all ready handlers run, `rounds` times.
inline Task<> yield(int rounds = 1) {
  for (int i = 0; i < rounds; ++i) co_await asio::post(asio::use_awaitable);
}

inline Task<int> value_after(int value, int rounds) {
  co_await yield(rounds);
  co_return value;
}

inline Task<> fail_after(Error error, int rounds) {
  co_await yield(rounds);
  throw error;
}

template <class T>
std::vector<Task<T>> tasks() {
  return {};
}

template <class T, class... More>
std::vector<Task<T>> tasks(Task<T> first, More... more) {
  std::vector<Task<T>> made;
  made.push_back(std::move(first));
  (made.push_back(std::move(more)), ...);
  return made;
}

}  // namespace eka::coro
