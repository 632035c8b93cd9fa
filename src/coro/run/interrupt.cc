#include "coro/run/interrupt.h"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

namespace eka::coro {
namespace {

// Static variables, because a signal handler gets only the number of the signal.
std::atomic<int> first_signal = 0;
std::atomic<int> wake_descriptor = -1;
std::atomic<bool> has_deadline = false;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

constexpr unsigned seconds_to_stop = 1;

// Async-signal-safe.
void on_signal(int number) {
  const int saved = errno;
  int none = 0;
  const bool is_first = first_signal.compare_exchange_strong(none, number);
  if (!is_first && number == SIGINT) ::_exit(130);
  if (is_first && has_deadline) ::alarm(seconds_to_stop);
  const std::uint64_t one = 1;
  if (::write(wake_descriptor, &one, sizeof one) < 0) {
    // Cannot fail: the counter is full only after an earlier write.
  }
  errno = saved;
}

// Async-signal-safe.
void on_alarm(int) {
  ::_exit(128 + first_signal);
}

}  // namespace

ExitDeadline::ExitDeadline() {
  struct sigaction action{};
  action.sa_handler = on_alarm;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGALRM, &action, &former_);
  has_deadline = true;
}

ExitDeadline::~ExitDeadline() {
  has_deadline = false;
  ::alarm(0);
  ::sigaction(SIGALRM, &former_, nullptr);
}

Interrupt::Interrupt() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  first_signal = 0;
  wake_descriptor = descriptor_;
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &sigint_);
  ::sigaction(SIGTERM, &action, &sigterm_);
}

Interrupt::~Interrupt() {
  ::sigaction(SIGINT, &sigint_, nullptr);
  ::sigaction(SIGTERM, &sigterm_, nullptr);
  wake_descriptor = -1;
  ::close(descriptor_);
}

int Interrupt::signal() const {
  return first_signal;
}

}  // namespace eka::coro
