#include "eval/sandbox/syscalls.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <asm/termbits.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/error.h"
#include "eval/sandbox/memory_file.h"

namespace eka::eval {
namespace {

// Names that this libseccomp or this architecture does not know are skipped: they cannot be called.
constexpr const char* allowed[] = {
    // files: access is restricted by the mount namespace
    "access", "chdir", "chmod", "chown", "close", "close_range", "copy_file_range", "creat", "dup", "dup2", "dup3",
    "eventfd2", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchmodat", "fchmodat2",
    "fchown", "fchownat", "fcntl", "fdatasync", "fgetxattr", "flistxattr", "flock", "fstat", "fstatfs", "fsync",
    "ftruncate", "futimesat", "getcwd", "getdents", "getdents64", "getxattr", "lchown", "lgetxattr", "link", "linkat",
    "listxattr", "llistxattr", "lseek", "lstat", "mkdir", "mkdirat", "newfstatat", "open", "openat", "openat2", "pipe",
    "pipe2", "poll", "ppoll", "pread64", "preadv", "preadv2", "pselect6", "pwrite64", "pwritev", "pwritev2", "read",
    "readahead", "readlink", "readlinkat", "readv", "rename", "renameat", "renameat2", "rmdir", "select", "sendfile",
    "stat", "statfs", "statx", "symlink", "symlinkat", "sync_file_range", "truncate", "umask", "unlink", "unlinkat",
    "utime", "utimensat", "utimes", "write", "writev",
    // memory
    "brk", "madvise", "membarrier", "mincore", "mlock", "mmap", "mprotect", "mremap", "msync", "munlock", "munmap",
    // giving up access (landlock.h)
    "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self",
    // threads, signals, time
    "arch_prctl", "clock_getres", "clock_gettime", "clock_nanosleep", "exit", "exit_group", "futex", "futex_waitv",
    "get_robust_list", "getcpu", "getitimer", "gettimeofday", "nanosleep", "restart_syscall", "rseq", "rt_sigaction",
    "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "sched_getaffinity",
    "sched_getparam", "sched_getscheduler", "sched_yield", "set_robust_list", "set_tid_address", "setitimer",
    "sigaltstack", "tgkill", "time",
    // the process itself
    "getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp", "getpid", "getppid", "getpriority", "getrandom",
    "getresgid", "getresuid", "getrlimit", "getrusage", "getsid", "gettid", "getuid", "prlimit64", "setrlimit",
    "sysinfo", "times", "uname"};

// Calls that a portable program may try and can do without.
constexpr const char* refused[] = {"fork",   "vfork",       "socket",          "socketpair", "ptrace",     "unshare",
                                   "setns",  "mount",       "umount2",         "bpf",        "keyctl",     "add_key",
                                   "chroot", "request_key", "perf_event_open", "kill",       "pivot_root", "execveat"};

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS))) {
    if (!context_) throw Error(Kind::failure, "cannot create the seccomp filter");
    check(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
  }

  void add(std::uint32_t action, const char* name) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number >= 0) check(seccomp_rule_add_array(context_.get(), action, number, 0, nullptr));
  }
  void add(std::uint32_t action, const char* name, scmp_arg_cmp condition) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number >= 0) check(seccomp_rule_add_array(context_.get(), action, number, 1, &condition));
  }
  void write(int file) const { check(seccomp_export_bpf(context_.get(), file)); }

 private:
  static void check(int result) {
    if (result < 0)
      throw Error(Kind::failure, std::string("cannot create the seccomp filter: ") + std::strerror(-result));
  }
  struct Release {
    void operator()(void* context) const { seccomp_release(context); }
  };
  std::unique_ptr<void, Release> context_;
};

constexpr scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}
constexpr scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

}  // namespace

std::string syscall_filter(bool executes) {
  Filter filter;
  for (const char* name : allowed) filter.add(SCMP_ACT_ALLOW, name);
  for (const char* name : refused) filter.add(SCMP_ACT_ERRNO(EPERM), name);
  filter.add(executes ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM), "execve");

  // clone3 passes its flags by pointer, so it fails with ENOSYS; clone may create threads, but no namespaces.
  constexpr std::uint64_t namespaces =
      CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
  filter.add(SCMP_ACT_ALLOW, "clone", masked(0, namespaces | CLONE_THREAD, CLONE_THREAD));
  filter.add(SCMP_ACT_ERRNO(EPERM), "clone", masked(0, CLONE_THREAD, 0));

  // Whether it is a terminal, and its width. Nothing else, in particular neither TIOCSTI nor TIOCLINUX.
  for (const int request : {TCGETS, TIOCGWINSZ}) {
    filter.add(SCMP_ACT_ALLOW, "ioctl", equals(1, static_cast<std::uint64_t>(request)));
  }
  for (const int option : {PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_VMA}) {
    filter.add(SCMP_ACT_ALLOW, "prctl", equals(0, static_cast<std::uint64_t>(option)));
  }

  const coro::Descriptor file = memory_file("syscalls", {});
  filter.write(file.get());
  std::string program(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
  if (::pread(file.get(), program.data(), program.size(), 0) != static_cast<ssize_t>(program.size())) {
    throw Error(Kind::failure, "cannot export the seccomp filter");
  }
  return program;
}

}  // namespace eka::eval
