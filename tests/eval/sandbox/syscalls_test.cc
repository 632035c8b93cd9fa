// The system call filter, tested in a child process that installs it.
#include "eval/sandbox/syscalls.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
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

// The exit status of a child that runs `probe` under the filter. The probe only makes system calls.
int behind_the_filter(int (*probe)(), bool executes = true) {
  const std::string bytes = syscall_filter(executes);
  std::vector<sock_filter> program(bytes.size() / sizeof(sock_filter));
  std::memcpy(program.data(), bytes.data(), program.size() * sizeof(sock_filter));
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
  // Starting processes in any way.
  expect(18, refused(::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0), EPERM));
  expect(19, refused(::syscall(SYS_execveat, -1, "", nullptr, nullptr, 0), EPERM));
  expect(20, refused(::syscall(SYS_pidfd_open, 1, 0), ENOSYS));
  expect(21, refused(::syscall(SYS_process_vm_readv, 1, nullptr, 0, nullptr, 0, 0), ENOSYS));
  expect(22, refused(::syscall(SYS_process_vm_writev, 1, nullptr, 0, nullptr, 0, 0), ENOSYS));
  // Sockets of every family and kind, including raw and packet sockets.
  const std::array<std::array<int, 2>, 7> kinds{{{AF_UNIX, SOCK_STREAM},
                                                 {AF_INET, SOCK_DGRAM},
                                                 {AF_INET6, SOCK_STREAM},
                                                 {AF_INET, SOCK_RAW},
                                                 {AF_PACKET, SOCK_RAW},
                                                 {AF_NETLINK, SOCK_RAW},
                                                 {AF_ALG, SOCK_SEQPACKET}}};
  for (const auto& [family, kind] : kinds) expect(23, refused(::syscall(SYS_socket, family, kind, 0), EPERM));
  std::array<int, 2> pair{};
  expect(24, refused(::syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair.data()), EPERM));
  expect(25, refused(::syscall(SYS_connect, 0, nullptr, 0), ENOSYS));
  expect(26, refused(::syscall(SYS_sendto, 0, "x", 1, 0, nullptr, 0), ENOSYS));
  // Namespaces, mounts, keys, and other first steps of an escape.
  expect(27, refused(::syscall(SYS_setns, 0, CLONE_NEWNET), EPERM));
  expect(28, refused(::syscall(SYS_umount2, "/", 0), EPERM));
  expect(29, refused(::syscall(SYS_pivot_root, "/", "/"), EPERM));
  expect(30, refused(::syscall(SYS_chroot, "/"), EPERM));
  expect(31, refused(::syscall(SYS_add_key, "user", "a", "b", 1, -1), EPERM));
  expect(32, refused(::syscall(SYS_request_key, "user", "a", nullptr, 0), EPERM));
  for (const long number : {SYS_io_uring_enter,
                            SYS_io_uring_register,
                            SYS_open_tree,
                            SYS_move_mount,
                            SYS_fsopen,
                            SYS_name_to_handle_at,
                            SYS_open_by_handle_at,
                            SYS_memfd_create,
                            SYS_personality,
                            SYS_init_module,
                            SYS_finit_module,
                            SYS_kexec_load,
                            SYS_reboot,
                            SYS_quotactl,
                            SYS_acct,
                            SYS_swapon,
                            SYS_mknodat,
                            SYS_setuid,
                            SYS_setgid,
                            SYS_capset,
                            SYS_seccomp,
                            SYS_shmget,
                            SYS_msgget,
                            SYS_fanotify_init,
                            SYS_inotify_init1,
                            SYS_signalfd4,
                            SYS_timer_create}) {
    expect(33, refused(::syscall(number, 0, 0, 0, 0, 0, 0), ENOSYS));
  }
  expect(34, refused(::syscall(SYS_ioctl, 0, 0x541C /* TIOCLINUX */, "x"), ENOSYS));
  expect(35, refused(::syscall(SYS_prctl, PR_SET_PTRACER, 1, 0, 0, 0), ENOSYS));
#ifdef __x86_64__
  expect(36, refused(::syscall(SYS_fork), EPERM));
  expect(37, refused(::syscall(SYS_vfork), EPERM));
#endif
  // Permitted calls work.
  expect(100, ::syscall(SYS_getpid) > 0);
  expect(101, ::syscall(SYS_openat, -100, "/", 0, 0) >= 0);
  return failed;
}

TEST_CASE("the filter allows files, memory, threads and time, and nothing else") {
  const int status = behind_the_filter(try_everything);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);  // otherwise the number of the first failed check
}

#ifdef __x86_64__
TEST_CASE("calls in the x32 convention kill the process") {
  const int status = behind_the_filter([] { return static_cast<int>(::syscall(0x40000000L | SYS_getpid)) * 0; });
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSYS);
}
#endif

int execute_something() {
  std::array<char*, 1> none{nullptr};
  return refused(::execve("/bin/true", none.data(), none.data()), EPERM) ? 0 : 1;
}

TEST_CASE("the filter of forked evaluators denies executing programs, too") {
  for (int (*probe)() : {execute_something, try_everything}) {
    const int status = behind_the_filter(probe, false);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
}

}  // namespace
}  // namespace eka::eval
