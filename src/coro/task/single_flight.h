// Runs work once for all concurrent callers with the same key, and gives each of them the result.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "coro/task/flight.h"
#include "coro/task/task.h"

namespace eka::coro {

// Results are copied to all callers (use shared_ptr<const …> as T if that is expensive). Neither results nor failures
// are kept: the next call after the end starts the work again. Must outlive all callers.
template <class Key, class T>
class SingleFlight {
  static_assert(!std::is_aggregate_v<Key> || std::is_trivially_destructible_v<Key>,
                "give the key a constructor (see task.h)");

 public:
  SingleFlight() = default;
  SingleFlight(const SingleFlight&) = delete;
  SingleFlight& operator=(const SingleFlight&) = delete;
  ~SingleFlight() {
    if (!flights_.empty()) detail::flights_left_behind();
  }

  // If work for `key` is running, destroys `work` unstarted and waits for that result. Otherwise starts `work` as a
  // coroutine of its own: it must own what it uses, because it may continue after this caller is cancelled.
  //
  // A cancelled caller does not affect the others. When the last one is cancelled, so is the work, and that caller
  // waits for its end. Calls made in the meantime also wait and then start again, so that there is never more than one
  // piece of work for a key. A failure is thrown to all callers. Work that calls run() with its own key deadlocks.
  Task<T> run(Key key, Task<T> work) {
    for (auto found = flights_.find(key); found != flights_.end(); found = flights_.find(key)) {
      const std::shared_ptr<SharedFlight> flight = found->second;
      if (!flight->is_doomed()) co_return co_await share(flight);
      co_await Flight::wait_gone(flight);
    }
    const auto flight = std::make_shared<SharedFlight>();
    flights_.emplace(key, flight);
    const Executor executor = co_await asio::this_coro::executor;
    const auto forget = [this, key, flight] { flights_.erase(key); };
    flight->start(executor, fly(std::move(work), flight), forget);
    co_return co_await share(flight);
  }

  std::size_t under_way() const { return flights_.size(); }

 private:
  struct SharedFlight : Flight {
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> result;
  };

  static Task<> fly(Task<T> work, std::shared_ptr<SharedFlight> flight) {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
    } else {
      flight->result.emplace(co_await std::move(work));
    }
  }

  static Task<T> share(std::shared_ptr<SharedFlight> flight) {
    co_await Flight::join(flight);
    if constexpr (!std::is_void_v<T>) co_return *flight->result;
  }

  std::map<Key, std::shared_ptr<SharedFlight>> flights_;
};

}  // namespace eka::coro
