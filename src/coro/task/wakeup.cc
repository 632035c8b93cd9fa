#include "coro/task/wakeup.h"

#include <utility>

namespace eka::coro {

struct Wakeup::Sleeper {
  virtual ~Sleeper() = default;
  virtual void wake() = 0;
};

template <class Handler>
struct Wakeup::SleeperOf final : Sleeper {
  explicit SleeperOf(Handler&& h) : handler(std::move(h)) {}
  void wake() override { asio::post(std::move(handler)); }
  Handler handler;
};

// Called by Asio after the coroutine was suspended.
struct Wakeup::Suspend {
  template <class Handler>
  void operator()(Handler handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    wakeup->sleeper_ = std::make_unique<SleeperOf<Handler>>(std::move(handler));
    if (!slot.is_connected()) return;
    slot.assign([wakeup = wakeup, on_cancel = std::move(on_cancel)](asio::cancellation_type) {
      // Notified, but not resumed yet: too late to cancel here; the next co_await will throw.
      if (wakeup->sleeper_) on_cancel();
    });
  }

  Wakeup* wakeup;
  std::function<void()> on_cancel;
};

Wakeup::Wakeup() = default;
Wakeup::~Wakeup() = default;

void Wakeup::notify() {
  notified_ = true;
  if (const auto sleeper = std::exchange(sleeper_, nullptr)) sleeper->wake();
}

Task<> Wakeup::wait(std::function<void()> on_cancel) {
  if (!notified_) {
    Suspend suspend{this, std::move(on_cancel)};
    asio::use_awaitable_t<> token;
    co_await asio::async_initiate<asio::use_awaitable_t<>, void()>(std::move(suspend), token);
  }
  notified_ = false;
}

}  // namespace eka::coro
