// Uses vfork instead of posix_spawn, which can neither kill the child when this process dies (PR_SET_PDEATHSIG) nor
// pass descriptors whose numbers collide with existing ones; and instead of fork, which copies the page tables of a
// process that may have mapped gigabytes of packs. Until exec, the child uses the memory of this process, which is
// suspended: become() therefore only makes system calls on data prepared before.
#include "coro/process/launch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/argv.h"
#include "base/error.h"
#include "base/take_until.h"

namespace eka::coro {
namespace {

enum class Step : int { directory, descriptors, exec };

struct Failure {
  Step step;
  int error;
};

// Everything that become() needs, prepared before vfork.
struct Plan {
  const char* program;
  const char* directory;  // or null
  char* const* argv;
  char* const* envp;
  std::vector<std::pair<int, int>>
      descriptors;  // (in this process, in the child); the former are overwritten in the child
  int first_free;   // higher than all descriptor numbers of the child
  int report;       // receives a Failure
  pid_t parent;
};

[[noreturn]] void give_up(int report, Step step) {
  const Failure failure{step, errno};
  if (::write(report, &failure, sizeof failure) < 0) ::_exit(126);
  ::_exit(127);
}

// Marks all descriptors from 3 on close-on-exec; one by one before Linux 5.11, which has no system call for it.
void close_rest_at_exec() {
  constexpr unsigned close_range_cloexec = 4;
  if (::syscall(SYS_close_range, 3U, ~0U, close_range_cloexec) == 0) return;
  const long limit = std::min(::sysconf(_SC_OPEN_MAX), 65536L);
  for (int number = 3; number < limit; ++number) ::fcntl(number, F_SETFD, FD_CLOEXEC);
}

void reset_signals() {
  struct sigaction by_default{};
  by_default.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &by_default, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

// Runs in the child, in the memory of the parent: system calls only.
[[noreturn]] void become(Plan& plan) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != plan.parent) ::_exit(127);  // the parent died before prctl

  // Moves all descriptors to free numbers first, because no order of dup2 is safe from collisions.
  const int report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, plan.first_free);
  if (report < 0) give_up(plan.report, Step::descriptors);
  for (auto& [ours, theirs] : plan.descriptors) {
    ours = ::fcntl(ours, F_DUPFD_CLOEXEC, plan.first_free);
    if (ours < 0) give_up(report, Step::descriptors);
  }
  close_rest_at_exec();
  for (const auto& [ours, theirs] : plan.descriptors) {
    if (::dup2(ours, theirs) < 0) give_up(report, Step::descriptors);
  }

  if (plan.directory && ::chdir(plan.directory) != 0) give_up(report, Step::directory);
  reset_signals();
  ::execve(plan.program, plan.argv, plan.envp);
  give_up(report, Step::exec);
}

// A separate function, because its stack frame must not change between the two returns of vfork.
[[gnu::noinline]] pid_t start(Plan& plan) {
  const pid_t pid = ::vfork();  // NOLINT(bugprone-unsafe-functions): for the reasons at the top
  if (pid == 0) become(plan);
  return pid;
}

// No signal handler may run in the child while it shares memory with this process.
pid_t start_undisturbed(Plan& plan) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = start(plan);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

[[noreturn]] void fail_to_start(const std::string& name, int error, const std::string& what = "") {
  throw Error(Kind::failure, "cannot start " + name + ": " + (what.empty() ? "" : what + ": ") +
                                 std::generic_category().message(error));
}

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

// Like a shell, except that an empty element of PATH does not mean the current directory.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* const path = std::getenv("PATH");
  std::string_view rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
  int error = ENOENT;
  while (!rest.empty()) {
    const std::string_view directory = take_until(rest, ':');
    if (directory.empty()) continue;
    std::string candidate = std::string(directory) + '/' + name;
    if (is_directory(candidate)) continue;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    if (errno == EACCES) error = EACCES;
  }
  fail_to_start(name, error);
}

struct Pipe {
  explicit Pipe(const std::string& name) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_to_start(name, errno);
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
  }
  Descriptor read;
  Descriptor write;
};

std::vector<std::string> environment(const Command& command) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : command.env) lines.push_back(key + '=' + value);
  return lines;
}

void set_non_blocking(int descriptor) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

// nullopt if exec succeeded, which closes the pipe.
std::optional<Failure> read_failure(const Descriptor& report) {
  Failure failure{};
  ssize_t got = 0;
  do {
    got = ::read(report.get(), &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  if (got != sizeof failure) return std::nullopt;
  return failure;
}

}  // namespace

Launched launch(const Command& command) {
  if (command.argv.empty()) throw Error(Kind::failure, "cannot start a command without a name");
  const std::string& name = command.argv.front();
  const std::string program = find_program(name);
  const std::string directory = command.directory.string();
  std::vector<std::string> words = command.argv;
  std::vector<std::string> lines = environment(command);
  const std::vector<char*> argv = argv_of(words);
  const std::vector<char*> envp = argv_of(lines);
  Pipe input(name);
  Pipe output(name);
  Pipe errors(name);
  Pipe report(name);

  Plan plan{program.c_str(),
            directory.empty() ? nullptr : directory.c_str(),
            argv.data(),
            envp.data(),
            {{input.read.get(), 0}, {output.write.get(), 1}, {errors.write.get(), 2}},
            3,
            report.write.get(),
            ::getpid()};
  plan.descriptors.insert(plan.descriptors.end(), command.inherit.begin(), command.inherit.end());
  for (const auto& [ours, theirs] : plan.descriptors) plan.first_free = std::max(plan.first_free, theirs + 1);

  Launched launched;
  launched.pid = start_undisturbed(plan);
  if (launched.pid < 0) fail_to_start(name, errno);
  report.write.reset();
  const auto failure = read_failure(report.read);
  if (!failure) launched.ended = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, launched.pid, 0)));
  if (failure || launched.ended.get() < 0) {
    const int error = failure ? failure->error : errno;
    ::kill(launched.pid, SIGKILL);
    ::waitpid(launched.pid, nullptr, 0);
    fail_to_start(name, error, failure && failure->step == Step::directory ? directory : "");
  }
  launched.input = std::move(input.write);
  launched.output = std::move(output.read);
  launched.errors = std::move(errors.read);
  for (const Descriptor* ours : {&launched.input, &launched.output, &launched.errors}) set_non_blocking(ours->get());
  return launched;
}

}  // namespace eka::coro
