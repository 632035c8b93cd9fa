#include "tests/store/victim_job.h"

#include <cerrno>
#include <csignal>

#include <doctest/doctest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eka::test {

std::string noise(std::size_t size) {
  std::string out;
  for (int i = 0; out.size() < size; ++i) {
    const auto id = atom::ObjectId::of("blob", std::to_string(i));
    out.append(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size());
  }
  return out;
}

pid_t start_victim(const std::filesystem::path& root, const std::filesystem::path& pack, const atom::ObjectId& rev,
                   bool traced) {
  return start_victim({root.native(), pack.native(), rev.hex()}, traced);
}

pid_t start_victim(const std::vector<std::string>& words, bool traced) {
  std::vector<char*> arguments{const_cast<char*>("victim")};
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(1);
    ::close(2);
    if (traced) ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::execv(EKA_STORE_VICTIM, arguments.data());
    ::_exit(127);
  }
  REQUIRE(child > 0);
  return child;
}

int kill_after(pid_t child, int calls) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSTOPPED(status));
  REQUIRE(::ptrace(PTRACE_SETOPTIONS, child, nullptr,
                   PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD) == 0);
  ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
  int made = 0;
  for (;;) {
    const pid_t thread = ::waitpid(-1, &status, __WALL);
    if (thread < 0) return made;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (thread == child) return made;
      continue;
    }
    const int stop = WSTOPSIG(status);
    if (stop == (SIGTRAP | 0x80) && ++made == calls) {
      ::kill(child, SIGKILL);
      while (::waitpid(-1, &status, __WALL) > 0 || errno == EINTR) {
      }
      return made;
    }
    const bool ours = stop == (SIGTRAP | 0x80) || stop == SIGTRAP || stop == SIGSTOP;
    ::ptrace(PTRACE_SYSCALL, thread, nullptr, ours ? 0 : stop);
  }
}

}  // namespace eka::test
