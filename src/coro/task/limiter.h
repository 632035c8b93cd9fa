// A fair counting semaphore for coroutines of one executor.
#pragma once

#include <cstddef>
#include <list>
#include <utility>

#include "coro/task/task.h"
#include "coro/task/wakeup.h"

namespace eka::coro {

class Limiter {
 public:
  // Returned to the limiter when destroyed; the limiter must still be there. An empty one holds nothing.
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    ~Permit() { release(); }
    // Gives it back early.
    void release();

   private:
    friend class Limiter;
    Permit(Limiter* limiter, std::size_t amount) : limiter_(limiter), amount_(amount) {}

    Limiter* limiter_ = nullptr;
    std::size_t amount_ = 0;
  };

  explicit Limiter(std::size_t capacity) : capacity_(capacity) {}
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;

  // First come, first served; a waiter that is cancelled leaves the queue, costs nobody anything, and throws Cancelled.
  // `amount` above the capacity is served when the limiter is wholly free.
  Task<Permit> acquire(std::size_t amount = 1);

  // From now on; permits already out stay out. For limits that adapt to what the other side bears.
  void resize(std::size_t capacity);

  std::size_t capacity() const { return capacity_; }
  std::size_t in_use() const { return in_use_; }
  std::size_t waiting() const { return queue_.size(); }

 private:
  struct Waiter {
    std::size_t amount;
    Wakeup turn;
  };

  bool fits(std::size_t amount) const;
  void serve();
  void take_back(std::size_t amount);

  std::size_t capacity_;
  std::size_t in_use_ = 0;
  std::list<Waiter*> queue_;
};

}  // namespace eka::coro
