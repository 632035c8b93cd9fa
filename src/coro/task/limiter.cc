#include "coro/task/limiter.h"

#include "base/error.h"

namespace eka::coro {

Limiter::Permit::Permit(Permit&& other) noexcept
    : limiter_(std::exchange(other.limiter_, nullptr)), amount_(other.amount_) {}

Limiter::Permit& Limiter::Permit::operator=(Permit&& other) noexcept {
  if (this != &other) {
    release();
    limiter_ = std::exchange(other.limiter_, nullptr);
    amount_ = other.amount_;
  }
  return *this;
}

void Limiter::Permit::release() {
  if (Limiter* const limiter = std::exchange(limiter_, nullptr)) limiter->take_back(amount_);
}

Task<Limiter::Permit> Limiter::acquire(std::size_t amount) {
  if (queue_.empty() && fits(amount)) {
    in_use_ += amount;
    co_return Permit(this, amount);
  }
  Waiter waiter{amount, {}};
  const auto place = queue_.insert(queue_.end(), &waiter);
  bool cancelled = false;
  co_await waiter.turn.wait([&] {
    cancelled = true;
    queue_.erase(place);
    serve();  // the next waiter may need less
    waiter.turn.notify();
  });
  if (cancelled) throw Cancelled();
  co_return Permit(this, amount);
}

void Limiter::resize(std::size_t capacity) {
  capacity_ = capacity;
  serve();
}

bool Limiter::fits(std::size_t amount) const {
  return in_use_ == 0 || (in_use_ <= capacity_ && amount <= capacity_ - in_use_);
}

// A granted amount counts as used immediately, not when the waiter resumes, so that no other caller can take it.
void Limiter::serve() {
  while (!queue_.empty() && fits(queue_.front()->amount)) {
    Waiter* const next = queue_.front();
    queue_.pop_front();
    in_use_ += next->amount;
    next->turn.notify();
  }
}

void Limiter::take_back(std::size_t amount) {
  in_use_ -= amount;
  serve();
}

}  // namespace eka::coro
