#include "eval/sandbox/container.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/argv.h"

namespace eka::eval {
namespace {

[[noreturn]] void refuse_container(const std::string& what) {
  throw Error(Kind::failure, "cannot set up the sandbox \"container\": " + what + ": " + std::strerror(errno));
}

void install(const sock_fprog& program) {
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) refuse_container("install the seccomp filter");
}

// Without a PID namespace, other processes of the user could be named: tgkill and prlimit64 may name only this one. The
// process id stays the same across exec. Other conventions of system calls are refused by the main filter.
void keep_to_this_process() {
  const auto self = static_cast<std::uint32_t>(::getpid());
  constexpr auto argument = static_cast<std::uint32_t>(offsetof(seccomp_data, args));
  constexpr auto load = static_cast<std::uint16_t>(BPF_LD | BPF_W | BPF_ABS);
  constexpr auto equal = static_cast<std::uint16_t>(BPF_JMP | BPF_JEQ | BPF_K);
  constexpr auto leave = static_cast<std::uint16_t>(BPF_RET | BPF_K);
  std::array<sock_filter, 9> filter{{
      {load, 0, 0, static_cast<std::uint32_t>(offsetof(seccomp_data, nr))},
      {equal, 3, 0, static_cast<std::uint32_t>(SYS_tgkill)},
      {equal, 0, 5, static_cast<std::uint32_t>(SYS_prlimit64)},
      {load, 0, 0, argument},
      {equal, 3, 1, 0},  // prlimit64: 0 is the process itself
      {load, 0, 0, argument},
      {equal, 1, 0, self},
      {leave, 0, 0, SECCOMP_RET_ERRNO | EPERM},
      {leave, 0, 0, SECCOMP_RET_ALLOW},
  }};
  install({.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()});
}

void restrict_calls(const std::string& filter) {
  std::vector<sock_filter> instructions(filter.size() / sizeof(sock_filter));
  std::memcpy(instructions.data(), filter.data(), instructions.size() * sizeof(sock_filter));
  install({.len = static_cast<unsigned short>(instructions.size()), .filter = instructions.data()});
}

}  // namespace

Grants container_grants(const Sandbox& sandbox) {
  Grants grants{.run = {sandbox.nix_instantiate}, .read = sandbox.libraries, .write = {sandbox.store}};
  if (!sandbox.libraries.empty()) grants.run.push_back(sandbox.libraries.front());  // the loader
  grants.read.push_back(sandbox.expressions);
  for (const Sandbox::Bind& source : sandbox.sources) grants.read.push_back(source.inside);
  return grants;
}

void become_evaluator_in_container(const NixecRequest& request) {
  const Sandbox& sandbox = request.sandbox;
  std::vector<std::string> variables;
  for (const auto& [name, value] : evaluator_environment(sandbox)) variables.push_back(name + '=' + value);
  // Relative: in an absolute path, Nix would take "?" as the start of parameters.
  const std::size_t slash = sandbox.store.rfind('/');
  const std::string place = sandbox.store.substr(0, slash);
  std::vector<std::string> words = evaluator_command(sandbox, "." + sandbox.store.substr(slash), sandbox.expressions);
  const std::vector<char*> argv = argv_of(words);
  const std::vector<char*> envp = argv_of(variables);
  if (::chdir(place.c_str()) != 0) refuse_container(place);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) refuse_container("give up privileges");
  if (landlock_version() == 0 || !confine(container_grants(sandbox))) {
    throw Error(Kind::failure, "the sandbox \"container\" needs Landlock, which is not available");
  }
  keep_to_this_process();
  restrict_calls(request.filter);
  ::execve(sandbox.nix_instantiate.c_str(), argv.data(), envp.data());
  refuse_container("run " + sandbox.nix_instantiate);
}

}  // namespace eka::eval
