#include "coro/run/runtime.h"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "coro/run/watchdog.h"
#include "coro/task/spawn.h"

namespace eka::coro {

namespace {

std::optional<std::chrono::milliseconds> limit_of_environment() {
  const char* const text = std::getenv("EKA_WATCHDOG");
  if (text == nullptr) return std::nullopt;
  const std::string_view digits(text);
  unsigned count = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (read.ec != std::errc() || count == 0) return std::nullopt;
  return std::chrono::milliseconds(count);
}

}  // namespace

Runtime::Runtime(std::size_t pool_threads, std::optional<std::chrono::milliseconds> handler_limit)
    : reactor_(1),
      pool_(pool_threads),
      handler_limit_(handler_limit ? handler_limit : limit_of_environment()),
      sigpipe_(std::signal(SIGPIPE, SIG_IGN)) {}

Runtime::~Runtime() {
  std::signal(SIGPIPE, sigpipe_);
}

Executor Runtime::reactor() {
  return reactor_.get_executor();
}

void Runtime::run_to_end(Task<> task) {
  Interrupt interrupt;
  asio::posix::stream_descriptor arrival(reactor_, interrupt.descriptor());
  asio::cancellation_signal cancel;
  bool ended = false;
  std::exception_ptr failure;

  spawn(reactor(), std::move(task), cancel.slot(), [&](std::exception_ptr thrown) {
    failure = std::move(thrown);
    ended = true;
    reactor_.stop();
  });
  arrival.async_wait(asio::posix::descriptor_base::wait_read, [&](const asio::error_code& error) {
    if (!error) cancel.emit(asio::cancellation_type::terminal);
  });
  if (handler_limit_) {
    loop_watched(ended);
  } else {
    loop(ended);
  }

  arrival.release();  // ends the wait; the Interrupt closes the descriptor
  reactor_.restart();
  reactor_.poll();  // ready handlers refer to this frame
  if (const int signal = interrupt.signal(); signal != 0) throw Interrupted{signal};
  if (failure) rethrow(std::move(failure));
}

// An exception from a handler would leave tasks suspended forever, so noexcept terminates the program instead.
void Runtime::loop(const bool& ended) noexcept {
  while (!ended) {
    reactor_.restart();
    reactor_.run();
  }
}

void Runtime::loop_watched(const bool& ended) noexcept {
  Watchdog watchdog(reactor_, *handler_limit_);
  while (!ended) {
    reactor_.restart();
    reactor_.run_one();
    watchdog.handler_ended();
  }
}

}  // namespace eka::coro
