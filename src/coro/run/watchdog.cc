#include "coro/run/watchdog.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include <execinfo.h>
#include <signal.h>
#include <unistd.h>

namespace eka::coro {
namespace {

void write_error(std::string_view text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

// Runs on the reactor's thread, on top of the handler that would not end.
void on_abort(int) {
  std::array<void*, 100> frames{};
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  ::backtrace_symbols_fd(frames.data(), count, STDERR_FILENO);
  ::raise(SIGABRT);  // by default this time: with a core of this thread, if those are wanted
}

}  // namespace

Watchdog::Watchdog(asio::io_context& reactor, std::chrono::milliseconds limit)
    : reactor_(reactor), limit_(limit), watched_(::pthread_self()) {
  std::array<void*, 1> frame{};
  ::backtrace(frame.data(), 1);  // loads what it needs now: in a signal handler it may not
  thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  over_.notify_one();
  thread_.join();
}

void Watchdog::watch() {
  while (pause(limit_ / 2)) {
    // Shared with the tick, which may still be queued when this object goes.
    const auto waits = std::make_shared<std::atomic<bool>>(true);
    asio::post(reactor_, [waits] { *waits = false; });
    for (auto before = ended_.load(); *waits; before = ended_.load()) {
      if (!pause(limit_)) return;
      if (*waits && ended_ == before) bark();
    }
  }
}

bool Watchdog::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !over_.wait_for(lock, time, [this] { return is_over_; });
}

void Watchdog::bark() {
  write_error("eka: a handler holds the reactor for more than " + std::to_string(limit_.count()) + " ms:\n");
  struct sigaction action{};
  action.sa_handler = on_abort;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  ::sigaction(SIGABRT, &action, nullptr);
  ::pthread_kill(watched_, SIGABRT);
  for (;;) ::pause();
}

}  // namespace eka::coro
