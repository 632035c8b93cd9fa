// SIGINT and SIGTERM as the readiness of a descriptor.
//
// Asio's signal_set was not taken: its handlers run on the reactor, and a second Ctrl-C must end a process whose
// reactor is stuck.
#pragma once

#include <csignal>

namespace eka::coro {

// While it lives it owns both signals; then the former handlers are back. One at a time in a process.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Readable from the first signal on; owned by this object.
  int descriptor() const { return descriptor_; }
  // The first signal that came, or 0.
  int signal() const;

 private:
  int descriptor_;
  struct sigaction sigint_{};
  struct sigaction sigterm_{};
};

}  // namespace eka::coro
