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
  // Returns its amount to the limiter when it is destroyed; the limiter must outlive it. May be empty.
  class Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    ~Permit() { release(); }
    // Returns it early.
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

  // First come, first served. A cancelled waiter leaves the queue without affecting others and throws Cancelled. An
  // `amount` above the capacity is granted when nothing is in use.
  Task<Permit> acquire(std::size_t amount = 1);

  // Applies to later calls; permits already granted stay valid. For limits that adapt to the capacity of the other
  // side.
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
