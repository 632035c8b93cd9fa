#include "coro/run/watchdog.h"

#include <array>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <execinfo.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

namespace eka::coro {
namespace {

void write_error(std::string_view text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

std::chrono::nanoseconds time_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// How long the thread was ready to run but was not running.
std::optional<std::chrono::nanoseconds> time_kept_waiting(const std::string& schedstat) {
  std::ifstream file(schedstat);
  std::int64_t running = 0, waiting = 0;
  if (!(file >> running >> waiting)) return std::nullopt;
  return std::chrono::nanoseconds(waiting);
}

// Runs on the reactor's thread, interrupting the blocking handler.
void on_abort(int) {
  std::array<void*, 100> frames{};
  const int count = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  ::backtrace_symbols_fd(frames.data(), count, STDERR_FILENO);
  ::raise(SIGABRT);  // with the default action: dumps core if enabled
}

}  // namespace

Watchdog::Watchdog(asio::io_context& reactor, std::chrono::milliseconds limit)
    : reactor_(reactor),
      limit_(limit),
      watched_(::pthread_self()),
      schedstat_("/proc/self/task/" + std::to_string(::gettid()) + "/schedstat") {
  std::array<void*, 1> frame{};
  ::backtrace(frame.data(), 1);  // loads libraries now, because a signal handler must not
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
    // Shared with the tick handler, which may still be queued when this object is destroyed.
    const auto waits = std::make_shared<std::atomic<bool>>(true);
    asio::post(reactor_, [waits] { *waits = false; });
    while (*waits) {
      const auto handler = ended_.load();
      const auto begin = held();
      while (*waits && ended_ == handler) {
        if (!pause(limit_ / 4)) return;
        // In this order, so that a handler that ended in the meantime is not reported.
        const auto now = held();
        if (*waits && ended_ == handler && now - begin > limit_) bark();
      }
    }
  }
}

// A clock that stops while the thread waits for a processor.
std::chrono::nanoseconds Watchdog::held() const {
  if (const auto waiting = time_kept_waiting(schedstat_)) return time_of(CLOCK_MONOTONIC) - *waiting;
  clockid_t processor{};
  if (::pthread_getcpuclockid(watched_, &processor) != 0) return {};
  return time_of(processor);
}

bool Watchdog::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !over_.wait_for(lock, time, [this] { return is_over_; });
}

void Watchdog::bark() {
  write_error("eka: a handler blocks the reactor for more than " + std::to_string(limit_.count()) + " ms:\n");
  struct sigaction action{};
  action.sa_handler = on_abort;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  ::sigaction(SIGABRT, &action, nullptr);
  ::pthread_kill(watched_, SIGABRT);
  for (;;) ::pause();
}

}  // namespace eka::coro
