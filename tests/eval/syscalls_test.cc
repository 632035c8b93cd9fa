// The filter, tried by a child process that takes it on.
#include "eval/syscalls.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <vector>

#include <doctest/doctest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eka::eval {
namespace {

// The status with which a child ends that runs `probe` behind the filter. The probe makes system calls only.
int behind_the_filter(int (*probe)()) {
  const coro::Descriptor file = syscall_filter();
  struct stat about{};
  REQUIRE(fstat(file.get(), &about) == 0);
  std::vector<sock_filter> program(static_cast<std::size_t>(about.st_size) / sizeof(sock_filter));
  REQUIRE(::pread(file.get(), program.data(), static_cast<std::size_t>(about.st_size), 0) == about.st_size);
  const sock_fprog loaded{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};

  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &loaded) != 0) ::_exit(99);
    ::_exit(probe());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

bool refused(long result, int why) {
  return result == -1 && errno == why;
}

int try_everything() {
  int failed = 0;
  const auto expect = [&](int number, bool as_it_should) {
    if (!as_it_should && failed == 0) failed = number;
  };
  expect(1, refused(::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0), EPERM));
  expect(2, refused(::syscall(SYS_socket, AF_VSOCK, SOCK_STREAM, 0), EPERM));
  expect(3, refused(::syscall(SYS_unshare, CLONE_NEWUSER), EPERM));
  expect(4, refused(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM));
  expect(5, refused(::syscall(SYS_clone, CLONE_NEWUSER | CLONE_THREAD | CLONE_VM | CLONE_SIGHAND, 0, 0, 0, 0), ENOSYS));
  expect(6, refused(::syscall(SYS_clone3, nullptr, 0), ENOSYS));
  expect(7, refused(::syscall(SYS_ptrace, 0, 0, 0, 0), EPERM));
  expect(8, refused(::syscall(SYS_keyctl, 0, 0, 0, 0, 0), EPERM));
  expect(9, refused(::syscall(SYS_io_uring_setup, 1, nullptr), ENOSYS));
  expect(10, refused(::syscall(SYS_bpf, 0, nullptr, 0), EPERM));
  expect(11, refused(::syscall(SYS_mount, "a", "/", "b", 0, nullptr), EPERM));
  expect(12, refused(::syscall(SYS_userfaultfd, 0), ENOSYS));
  expect(13, refused(::syscall(SYS_ioctl, 0, TIOCSTI, "x"), ENOSYS));
  expect(14, refused(::syscall(SYS_ioctl, 0, TIOCSTI | (1UL << 32), "x"), ENOSYS));
  expect(15, refused(::syscall(SYS_kill, 1, 0), EPERM));
  expect(16, refused(::syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0), ENOSYS));
  expect(17, refused(::syscall(SYS_perf_event_open, nullptr, 0, 0, 0, 0), EPERM));
  // What is allowed works.
  expect(18, ::syscall(SYS_getpid) > 0);
  expect(19, ::syscall(SYS_openat, -100, "/", 0, 0) >= 0);
  return failed;
}

TEST_CASE("behind the filter there are files, memory, threads and time, and nothing else") {
  const int status = behind_the_filter(try_everything);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);  // else the number of the first that is wrong
}

#ifdef __x86_64__
TEST_CASE("calls in the x32 convention end the process") {
  const int status = behind_the_filter([] { return static_cast<int>(::syscall(0x40000000L | SYS_getpid)) * 0; });
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSYS);
}
#endif

}  // namespace
}  // namespace eka::eval
