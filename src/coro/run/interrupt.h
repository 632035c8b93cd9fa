// SIGINT and SIGTERM as the readiness of a descriptor, and what happens when a run does not end after them.
//
// Interruption has two stages. The first signal cancels the run: everything stops, cleans up and is waited for. What
// cannot be interrupted (a system call on the pool, a library that computes) could hold that up for minutes, so a run
// that has not ended one second later ends the process, as a second SIGINT does at once: with 128 + signal, without
// running destructors. Nothing is lost by that: child processes die with this one (PR_SET_PDEATHSIG), locks are dropped
// by the kernel, and the next run removes unfinished files.
//
// Asio's signal_set was not taken: its handlers run on the reactor, and both later stages must end a process whose
// reactor is stuck.
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

// While it lives, a signal that comes during an Interrupt ends the process one second later, unless this object is
// destroyed before: so it outlives everything that has to stop, threads included. Owns SIGALRM and the alarm clock of
// the process.
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
