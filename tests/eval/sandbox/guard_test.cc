#include "eval/sandbox/guard.h"

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coro/process/descriptor.h"
#include "eval/sandbox/nixec.h"
#include "tests/temporary_directory.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// A process that runs a command under a guard, as eka runs the fork server.
class Parent {
 public:
  explicit Parent(const std::string& script) {
    fs::create_symlink(fs::read_symlink("/proc/self/exe"), directory_.path() / "nixec");
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    said_ = coro::Descriptor(ends[0]);
    const coro::Descriptor theirs(ends[1]);
    process_ = ::fork();
    if (process_ == 0) run(script, theirs.get());
  }
  ~Parent() {
    if (process_ > 0) end();
  }
  Parent(const Parent&) = delete;
  Parent& operator=(const Parent&) = delete;

  // Waits until the script prints something.
  void await_start() const {
    char byte = 0;
    REQUIRE(::read(said_.get(), &byte, 1) == 1);
  }
  int await_exit() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return status;
  }
  int end() {
    ::kill(process_, SIGKILL);
    return await_exit();
  }

  // Of the process with this directory in /proc. A process can end at any moment, also between opening and reading.
  static std::string command_line(const fs::path& process) {
    try {
      std::ifstream in(process / "cmdline", std::ios::binary);
      return {std::istreambuf_iterator<char>(in), {}};
    } catch (const std::ios_base::failure&) {
      return {};
    }
  }

  // The processes with the directory of this one in their arguments, but for the parent.
  std::size_t left() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      if (entry.path().filename() == std::to_string(process_)) continue;
      const std::string words = command_line(entry.path());
      if (words.contains(directory_.path().string())) ++count;
    }
    return count;
  }
  bool all_end() const {
    for (int tries = 0; tries < 500; ++tries) {
      if (left() == 0) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  // In the child: becomes a process whose child is the guard, and exits as it does.
  [[noreturn]] void run(const std::string& script, int out) const {
    const std::string place = directory_.path().string();
    const std::vector<std::string> words = guarded_command(place + "/nixec", {"/bin/sh", "-c", script, place});
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const pid_t guard = ::fork();
    if (guard == 0) {
      ::dup2(out, STDOUT_FILENO);
      ::execv(argv[0], argv.data());
      ::_exit(99);
    }
    int status = 0;
    ::waitpid(guard, &status, 0);
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 98);
  }

  test::TemporaryDirectory directory_;
  coro::Descriptor said_;
  pid_t process_ = -1;
};

TEST_CASE("the guard exits as its command does") {
  Parent parent("exit 7");
  const int status = parent.await_exit();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
  CHECK(parent.all_end());
}

TEST_CASE("the command finds its children in /proc") {
  Parent parent("sleep 1000 & grep -aq sleep /proc/$!/cmdline; found=$?; kill $!; exit $found");
  CHECK(WEXITSTATUS(parent.await_exit()) == 0);
}

TEST_CASE("nothing is left when the parent is killed, not even what has left the session or waits for its own parent") {
  Parent parent("setsid sh -c 'sleep 1000; :' \"$0\" & setsid sh -c 'sleep 1000 & wait' \"$0\" & echo; wait");
  parent.await_start();
  CHECK(parent.left() > 0);
  parent.end();
  CHECK(parent.all_end());
}

TEST_CASE("nothing is left when the command ends before what it started") {
  Parent parent("setsid sh -c 'sleep 1000; :' \"$0\" & exit 0");
  CHECK(WEXITSTATUS(parent.await_exit()) == 0);
  CHECK(parent.all_end());
}

}  // namespace
}  // namespace eka::eval
