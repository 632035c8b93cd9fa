// Turns SIGINT and SIGTERM into readiness of a descriptor, and ends runs that do not stop after them.
//
// Interruption has two stages. The first signal cancels the run: all tasks stop, clean up and are awaited. Operations
// that cannot be interrupted (a system call on the pool, a library that computes) could delay this for minutes, so a
// run that has not ended one second later ends the process with status 128 + signal, without running destructors. A
// second SIGINT does so immediately. This is safe: child processes are killed with this one (PR_SET_PDEATHSIG), the
// kernel releases locks, and the next run removes unfinished files.
//
// Does not use Asio's signal_set: its handlers run on the reactor, and the second stage must end a process whose
// reactor is blocked.
#pragma once

#include <csignal>

namespace eka::coro {

// Handles both signals during its lifetime, then restores the previous handlers. At most one per process.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Readable after the first signal; owned by this object.
  int descriptor() const { return descriptor_; }
  // The first signal received, or 0.
  int signal() const;

 private:
  int descriptor_;
  struct sigaction sigint_{};
  struct sigaction sigterm_{};
};

// While this object exists, a signal received by an Interrupt ends the process one second later, unless this object is
// destroyed first. It must therefore outlive everything that has to stop, including threads. Owns SIGALRM and the alarm
// timer of the process.
class ExitDeadline {
 public:
  ExitDeadline();
  ~ExitDeadline();
  ExitDeadline(const ExitDeadline&) = delete;
  ExitDeadline& operator=(const ExitDeadline&) = delete;

 private:
  struct sigaction former_{};
};

}  // namespace eka::coro
