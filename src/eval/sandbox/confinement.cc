#include "eval/sandbox/confinement.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "eval/sandbox/landlock.h"
#include "eval/sandbox/root_mount.h"
#include "eval/sandbox/sandbox.h"

namespace eka::eval {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error(Kind::failure, "cannot confine the evaluator: " + what + ": " + std::strerror(errno));
}

std::string content_of(int file) {
  struct stat about{};
  if (::fstat(file, &about) != 0) refuse("read the request");
  std::string content(static_cast<std::size_t>(about.st_size), '\0');
  for (std::size_t at = 0; at < content.size();) {
    const ssize_t got = ::pread(file, content.data() + at, content.size() - at, static_cast<off_t>(at));
    if (got <= 0) refuse("read the request");
    at += static_cast<std::size_t>(got);
  }
  return content;
}

void take_streams(const ForkedEvaluation& evaluation, const std::string& expression) {
  const int input = ::open(expression.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (input < 0 || ::dup2(input, STDIN_FILENO) < 0) refuse("open " + expression);
  if (::dup2(evaluation.output.get(), STDOUT_FILENO) < 0) refuse("set its standard output");
  if (::dup2(evaluation.errors.get(), STDERR_FILENO) < 0) refuse("set its standard error");
}

void close_everything_else() {
  if (::close_range(STDERR_FILENO + 1, ~0U, 0) == 0) return;
  for (int number = STDERR_FILENO + 1; number < 4096; ++number) ::close(number);
}

void enter_root(const std::string& root) {
  if (::chdir(root.c_str()) != 0) refuse("enter the root");
  if (::syscall(SYS_pivot_root, ".", ".") != 0) refuse("change the root");
  if (::umount2(".", MNT_DETACH) != 0) refuse("leave the old root");
  if (::chdir("/") != 0) refuse("enter the new root");
}

void drop_capabilities() {
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) refuse("drop a capability");
  }
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) refuse("drop ambient capabilities");
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capset, &header, none) != 0) refuse("drop capabilities");
}

void apply_filter(std::string& program) {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse("give up new privileges");
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size() / sizeof(sock_filter)),
                          .filter = reinterpret_cast<sock_filter*>(program.data())};
  constexpr int filter_mode = 2;  // SECCOMP_MODE_FILTER
  if (::prctl(PR_SET_SECCOMP, filter_mode, &filter, 0, 0) != 0) refuse("filter system calls");
}

void mount_own_root(const Sandbox& sandbox) {
  if (::unshare(CLONE_NEWNS) != 0) refuse("create a mount namespace");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) refuse("make mounts private");
  fill_root(sandbox.root, forked_binds(sandbox), {.outside = sandbox.store, .inside = inside_store});
}

[[noreturn]] void end(const std::exception& error, int code) {
  std::fprintf(stderr, "nixec: %s\n", error.what());
  std::fflush(stderr);
  ::_exit(code);
}

}  // namespace

EvaluatorCall confine_to(const ForkedEvaluation& evaluation) {
  try {
    NixecRequest request = unwrap(NixecRequest::parse(content_of(evaluation.request.get())));
    take_streams(evaluation, request.expression_file);
    close_everything_else();
    try {
      mount_own_root(request.sandbox);
      enter_root(request.sandbox.root);
    } catch (const std::exception& error) {
      end(error, nixec_cannot_mount);
    }
    EvaluatorCall call{.command = evaluator_command(request.sandbox, inside_store, inside_expressions),
                       .environment = {}};
    for (const auto& [name, value] : evaluator_environment(request.sandbox)) {
      call.environment.push_back(name + "=" + value);
    }
    call.environment.emplace_back("PWD=/");  // as set by bwrap
    drop_capabilities();
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse("give up new privileges");
    confine(forked_grants());
    take_on(request.limits);
    apply_filter(request.filter);
    return call;
  } catch (const std::exception& error) {
    end(error, nixec_failed);
  }
}

}  // namespace eka::eval
