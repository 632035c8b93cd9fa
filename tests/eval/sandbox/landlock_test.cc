// Landlock, tested in child processes that restrict themselves.
#include "eval/sandbox/landlock.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/eval/world.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// The exit code of a child process that runs `probe`; its restrictions end with it.
int in_a_child(const std::function<int()>& probe) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    try {
      ::_exit(probe());
    } catch (const std::exception&) {
      ::_exit(99);
    }
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

long version_of_the_kernel() {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1);
}

bool opens(const fs::path& path, int flags) {
  const int file = ::open(path.c_str(), flags, 0644);
  if (file >= 0) ::close(file);
  return file >= 0;
}

bool refused(int result) {
  return result != 0 && (errno == EACCES || errno == EPERM);
}

struct Places {
  TemporaryDirectory directory;
  fs::path read = directory.path() / "read";
  fs::path write = directory.path() / "write";
  fs::path neither = directory.path() / "neither";

  Places() {
    for (const fs::path& place : {read, write, neither}) {
      fs::create_directory(place);
      std::ofstream(place / "file") << "content";
      fs::copy_file("/bin/true", place / "true");
    }
  }
  Grants grants() const { return {.run = {}, .read = {read, directory.path() / "missing"}, .write = {write}}; }
};

int exec_code(const fs::path& program) {
  ::execl(program.c_str(), program.c_str(), nullptr);
  return errno == EACCES ? 0 : 1;
}

TEST_CASE("access that is not granted is denied (the exit code is the number of the failed check)") {
  if (version_of_the_kernel() < 1) {
    MESSAGE("skipped: this kernel has no Landlock");
    return;
  }
  const Places at;
  CHECK(in_a_child([&] {
          if (!confine(at.grants())) return 1;
          if (!opens(at.read / "file", O_RDONLY) || !opens(at.read, O_RDONLY | O_DIRECTORY)) return 2;
          if (opens(at.read / "file", O_WRONLY) || opens(at.read / "new", O_WRONLY | O_CREAT)) return 3;
          if (opens(at.neither / "file", O_RDONLY) || opens(at.neither, O_RDONLY | O_DIRECTORY)) return 4;
          if (opens("/etc/passwd", O_RDONLY) || opens("/", O_RDONLY | O_DIRECTORY)) return 5;
          if (!opens(at.write / "new", O_RDWR | O_CREAT) || ::mkdir((at.write / "d").c_str(), 0755) != 0) return 6;
          if (::rename((at.write / "new").c_str(), (at.write / "d/new").c_str()) != 0) return 7;
          if (::unlink((at.write / "d/new").c_str()) != 0 || ::rmdir((at.write / "d").c_str()) != 0) return 8;
          if (::symlink("file", (at.write / "link").c_str()) != 0) return 9;
          if (!refused(::unlink((at.read / "file").c_str()))) return 10;
          if (!refused(::mkfifo((at.write / "fifo").c_str(), 0644))) return 11;
          if (::rename((at.read / "file").c_str(), (at.write / "moved").c_str()) == 0) return 12;
          return 0;
        }) == 0);
}

TEST_CASE("only permitted programs can be executed, not even files that were written") {
  if (version_of_the_kernel() < 1) return;
  const Places at;
  for (const fs::path& place : {at.read, at.write, at.neither}) {
    CAPTURE(place);
    CHECK(in_a_child([&] { return confine(at.grants()) ? exec_code(place / "true") : 99; }) == 0);
  }
}

TEST_CASE("TCP and signals to other processes are denied") {
  const Places at;
  if (version_of_the_kernel() >= 4) {
    CHECK(in_a_child([&] {
            confine(at.grants());
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            address.sin_port = htons(9);
            const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
            if (!refused(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address))) return 1;
            return refused(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address)) ? 0 : 2;
          }) == 0);
  }
  if (version_of_the_kernel() >= 6) {
    CHECK(in_a_child([&] {
            confine(at.grants());
            return refused(::kill(::getppid(), 0)) ? 0 : 1;
          }) == 0);
  }
}

TEST_CASE("a kernel without Landlock, or with Landlock disabled, is not an error; other failures are") {
  const Places at;
  for (const int answer : {ENOSYS, EOPNOTSUPP, EINVAL}) {
    CAPTURE(answer);
    // A seccomp filter simulates the kernel's answer; an exception would exit with 99.
    CHECK(in_a_child([&] {
            const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
            seccomp_rule_add(filter, SCMP_ACT_ERRNO(static_cast<unsigned>(answer)), SCMP_SYS(landlock_create_ruleset),
                             0);
            if (seccomp_load(filter) != 0) return 98;
            if (confine(at.grants())) return 1;
            return opens("/", O_RDONLY | O_DIRECTORY) ? 0 : 2;
          }) == (answer == EINVAL ? 99 : 0));
  }
}

}  // namespace
}  // namespace eka::eval
