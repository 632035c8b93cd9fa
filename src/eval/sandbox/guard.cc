#include "eval/sandbox/guard.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "coro/process/descriptor.h"

namespace eka::eval {
namespace {

sigset_t guarded_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGALRM, SIGCHLD}) ::sigaddset(&signals, signal);
  return signals;
}

// The children of this process, with orphans of its descendants, which it adopts. Empty if the kernel does not list
// them.
std::string children() {
  const coro::Descriptor file(::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> text{};
  const ssize_t length = file.get() < 0 ? 0 : ::read(file.get(), text.data(), text.size());
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

// Kills what is left below this process. Children of what is killed become its own, and are killed in the next round.
void kill_all() {
  constexpr int most_rounds = 1000;
  for (int round = 0; round < most_rounds; ++round) {
    const std::string left = children();
    const char* at = left.c_str();
    for (char* end = nullptr;; at = end) {
      const long pid = std::strtol(at, &end, 10);
      if (end == at) break;
      ::kill(static_cast<pid_t>(pid), SIGKILL);
    }
    pid_t ended = 0;
    while ((ended = ::waitpid(-1, nullptr, WNOHANG)) > 0) continue;
    if (ended < 0) return;  // no child is left
    ::poll(nullptr, 0, 1);
  }
}

[[noreturn]] void end_by(int signal) {
  std::signal(signal, SIG_DFL);
  ::raise(signal);
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, signal);
  ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
  ::_exit(128 + signal);
}

// Whether `child` has ended; other processes that have ended are forgotten.
bool has_ended(pid_t child, int& status) {
  int of_another = 0;
  for (pid_t ended = 0; (ended = ::waitpid(-1, &of_another, WNOHANG)) > 0;) {
    if (ended != child) continue;
    status = of_another;
    return true;
  }
  return false;
}

[[noreturn]] void guard(pid_t child, pid_t parent, const sigset_t& signals) {
  if (::getppid() != parent) ::raise(SIGTERM);  // it ended before this process asked to be told
  while (true) {
    int signal = 0;
    if (::sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGCHLD) {
      ::kill(child, SIGKILL);
      kill_all();
      end_by(signal);
    }
    int status = 0;
    if (!has_ended(child, status)) continue;
    kill_all();
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
}

// In the child. Its parent may be outside of its PID namespace, where getppid() does not show it: its end closes
// `life`.
void follow(const coro::Descriptor& life) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd parent{life.get(), POLLIN, 0};
  if (::poll(&parent, 1, 0) != 0) ::_exit(1);
}

// In the first process of a PID namespace: bwrap looks for its child in /proc, and fails if it is not there. In the
// /proc of another namespace, the child's number belongs to another process, or, in a container with few of them, to
// none. If the kernel refuses, bwrap still works where there is one.
void mount_proc() {
  ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
}

}  // namespace

void continue_under_guard(pid_t parent, unsigned wall_seconds) {
  const sigset_t signals = guarded_signals();
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &signals, &before);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  std::array<int, 2> life{};
  const int piped = ::pipe2(life.data(), O_CLOEXEC);
  const pid_t child = piped != 0 ? -1 : ::fork();
  if (child < 0) throw Error(Kind::failure, std::string("cannot start the sandbox: ") + std::strerror(errno));
  const coro::Descriptor ours(life[child == 0 ? 0 : 1]);
  ::close(life[child == 0 ? 1 : 0]);
  if (child == 0) {
    follow(ours);
    if (::getpid() == 1) mount_proc();
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return;
  }
  ::alarm(wall_seconds);
  guard(child, parent, signals);
}

}  // namespace eka::eval
