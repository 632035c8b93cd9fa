#include "coro/process/process.h"

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "coro/process/descriptor.h"
#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "tests/coro/waiting.h"

using namespace eka;
using namespace eka::coro;

namespace {

Command shell(const std::string& script) {
  Command command({"/bin/sh", "-c", script});
  command.env["PATH"] = "/usr/bin:/bin";
  return command;
}

Exit run_now(Command command) {
  Runtime runtime(1);
  return runtime.run(run(std::move(command)));
}

std::string failure_of(Command command) {
  try {
    run_now(std::move(command));
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

// Whether the process exists and is not a zombie.
bool alive(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string id;
  std::string name;
  std::string state;
  return (stat >> id >> name >> state) && state != "Z" && state != "X";
}

void wait_until_dead(pid_t pid) {
  while (alive(pid)) ::usleep(1000);
}

struct PipePair {
  PipePair() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
  }
  Descriptor read;
  Descriptor write;
};

// Reads the process id that a child writes to the pipe.
Task<pid_t> read_pid(const Descriptor* from) {
  asio::posix::stream_descriptor stream(co_await asio::this_coro::executor, ::dup(from->get()));
  std::array<char, 32> text{};
  co_await stream.async_read_some(asio::buffer(text.data(), text.size() - 1), asio::use_awaitable);
  co_return std::atoi(text.data());
}

// Runs `command`, which writes its process id to descriptor 5, and then cancels it.
Task<pid_t> cancel_when_started(Command command) {
  PipePair pipe;
  command.inherit.emplace_back(pipe.write.get(), 5);
  TaskGroup group(co_await asio::this_coro::executor);
  group.start([](Command c) -> Task<> { co_await run(std::move(c)); }(std::move(command)));
  const pid_t pid = co_await read_pid(&pipe.read);
  group.cancel();
  co_await group.join();
  co_return pid;
}

Task<std::string> read_some(Process* process) {
  std::array<std::byte, 1000> buffer{};
  const std::size_t got = co_await process->read_output(buffer);
  co_return std::string(reinterpret_cast<const char*>(buffer.data()), got);
}

}  // namespace

TEST_CASE("output, errors and exit code are returned") {
  const Exit exit = run_now(shell("echo out; echo err >&2; exit 3"));
  CHECK(exit.output == "out\n");
  CHECK(exit.errors == "err\n");
  CHECK(exit.code() == 3);
  CHECK_FALSE(exit.signal().has_value());
  CHECK_FALSE(exit.ok());
  CHECK(run_now(shell("exit 0")).ok());
}

TEST_CASE("termination by a signal is reported, and SIGPIPE kills a child although this process ignores it") {
  const Exit exit = run_now(shell("kill -PIPE $$; echo survived"));
  CHECK(exit.signal() == SIGPIPE);
  CHECK_FALSE(exit.code().has_value());
  CHECK(exit.output.empty());
}

TEST_CASE("large input and large output at once do not deadlock") {
  Command command({"cat"});
  command.input.assign(std::size_t{8} << 20, 'x');
  const std::string expected = command.input;
  const Exit exit = run_now(std::move(command));
  CHECK(exit.ok());
  CHECK((exit.output == expected));
}

TEST_CASE("both streams are read at once") {
  const Exit exit = run_now(shell("head -c 3000000 /dev/zero >&2; head -c 3000000 /dev/zero"));
  CHECK(exit.output.size() == 3'000'000);
  CHECK(exit.errors.size() == 3'000'000);
}

TEST_CASE("a child that does not read its input is not an error") {
  Command command({"true"});
  command.input.assign(std::size_t{1} << 20, 'x');
  CHECK(run_now(std::move(command)).ok());
}

TEST_CASE("too much output terminates the child") {
  Command command = shell("cat /dev/zero");
  command.output_limit = 100'000;
  CHECK(failure_of(std::move(command)) == "/bin/sh wrote more than 100000 bytes");
  Command enough = shell("head -c 1000 /dev/zero");
  enough.output_limit = 1000;
  CHECK(run_now(std::move(enough)).output.size() == 1000);
}

TEST_CASE("the environment is not inherited") {
  ::setenv("EKA_TEST_SECRET", "1", 1);
  Command command({"/usr/bin/env"});
  command.env = {{"A", "1"}, {"B", "x=y z"}};
  CHECK(run_now(std::move(command)).output == "A=1\nB=x=y z\n");
  CHECK(run_now(Command({"/usr/bin/env"})).output.empty());
}

TEST_CASE("the child runs in the given directory") {
  Command command = shell("pwd");
  command.directory = "/usr";
  CHECK(run_now(std::move(command)).output == "/usr\n");
}

TEST_CASE("a child has its own session and group and no terminal") {
  std::istringstream numbers(run_now(shell("echo $$; cut -d' ' -f5,6,7 /proc/$$/stat")).output);
  pid_t pid = 0;
  pid_t group = 0;
  pid_t session = 0;
  int terminal = -1;
  numbers >> pid >> group >> session >> terminal;
  CHECK(pid > 0);
  CHECK(group == pid);
  CHECK(session == pid);
  CHECK(terminal == 0);
}

TEST_CASE("all descriptors except the listed ones are closed, whatever their numbers") {
  std::array<PipePair, 2> pipes;
  const Descriptor leaked(::open("/dev/null", O_RDONLY));
  Command command = shell("echo a >&3; echo b >&4; ls /proc/self/fd | tr '\\n' ' '");
  // Swapped, so that each number is needed while it is still in use.
  Descriptor three(::fcntl(pipes[0].write.get(), F_DUPFD, 3));
  Descriptor four(::fcntl(pipes[1].write.get(), F_DUPFD, 4));
  command.inherit = {{four.get(), 3}, {three.get(), 4}};
  const Exit exit = run_now(std::move(command));
  CHECK(exit.errors.empty());
  CHECK(exit.output == "0 1 2 3 4 5 ");  // 5 is the directory that ls reads
  std::array<char, 8> text{};
  CHECK(::read(pipes[1].read.get(), text.data(), text.size()) == 2);
  CHECK(std::string(text.data()) == "a\n");
  CHECK(::read(pipes[0].read.get(), text.data(), text.size()) == 2);
  CHECK(std::string(text.data()) == "b\n");
}

TEST_CASE("ordinary signals reach a child") {
  const Exit exit = run_now(shell("kill -TERM $$; echo survived"));
  CHECK(exit.signal() == SIGTERM);
}

TEST_CASE("the error of a failed start contains the reason") {
  CHECK(failure_of(Command({"eka-no-such-program"})) == "cannot start eka-no-such-program: No such file or directory");
  CHECK(failure_of(Command({"/no/such"})) == "cannot start /no/such: No such file or directory");
  CHECK(failure_of(Command({"/etc/passwd"})) == "cannot start /etc/passwd: Permission denied");
  CHECK(failure_of(Command()) == "cannot start a command without a name");
  Command command({"true"});
  command.directory = "/no/such";
  CHECK(failure_of(std::move(command)) == "cannot start true: /no/such: No such file or directory");
}

TEST_CASE("cancelling terminates the whole group before run returns") {
  Runtime runtime(1);
  const pid_t pid = runtime.run(cancel_when_started(shell("sleep 1000 & echo $! >&5; wait")));
  REQUIRE(pid > 0);
  wait_until_dead(pid);
  CHECK_FALSE(alive(pid));
}

TEST_CASE("a child that ignores SIGTERM is killed") {
  Runtime runtime(1);
  Command command = shell("trap '' TERM; echo $$ >&5; while :; do sleep 1000; done");
  command.grace = std::chrono::milliseconds(20);
  const pid_t pid = runtime.run(cancel_when_started(std::move(command)));
  REQUIRE(pid > 0);
  CHECK(::kill(pid, 0) == -1);  // reaped, not only dead
  CHECK(errno == ESRCH);
}

TEST_CASE("a child can clean up on SIGTERM") {
  Runtime runtime(1);
  const auto file = std::filesystem::temp_directory_path() / ("eka-tidy-" + std::to_string(::getpid()));
  Command command = shell("trap 'rm " + file.string() + "; exit' TERM; : > " + file.string() +
                          "; echo $$ >&5; while :; do sleep 0.01; done");
  command.grace = std::chrono::minutes(10);
  runtime.run(cancel_when_started(std::move(command)));
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("processes that a child leaves in its group are killed and do not block run") {
  const Exit exit = run_now(shell("sleep 1000 & echo $!"));
  const pid_t left = std::stoi(exit.output);
  REQUIRE(left > 1);
  wait_until_dead(left);
  CHECK_FALSE(alive(left));
}

TEST_CASE("a descendant outside of the group that holds the pipes does not block run") {
  const Exit exit = run_now(
      shell("f=$(mktemp -u); mkfifo $f; setsid sh -c 'echo $$; echo >'$f'; exec sleep 1000' & read x <$f; rm $f"));
  const pid_t left = std::stoi(exit.output);
  REQUIRE(left > 1);
  CHECK(alive(left));
  ::kill(left, SIGKILL);
}

TEST_CASE("many children at once") {
  Runtime runtime(1);
  std::vector<Task<Exit>> commands;
  for (int i = 0; i < 60; ++i) commands.push_back(run(shell("echo " + std::to_string(i))));
  const auto exits = runtime.run(all(std::move(commands)));
  for (std::size_t i = 0; i < exits.size(); ++i) CHECK(exits[i].output == std::to_string(i) + "\n");
}

TEST_CASE("exchanging data with a running child") {
  Runtime runtime(1);
  const auto scenario = []() -> Task<> {
    const Command command({"cat"});
    Process process(co_await asio::this_coro::executor, command);
    const std::string hello = "hello";
    const std::string again = "again";
    CHECK(co_await process.write_input(std::as_bytes(std::span(hello))));
    CHECK(co_await read_some(&process) == "hello");
    CHECK(co_await process.write_input(std::as_bytes(std::span(again))));
    CHECK(co_await read_some(&process) == "again");
    process.close_input();
    CHECK(co_await read_some(&process) == "");
    CHECK(co_await process.wait() == 0);
    CHECK(co_await process.wait() == 0);
    CHECK_FALSE(co_await process.write_input(std::as_bytes(std::span(hello))));
  };
  runtime.run(scenario());
}

TEST_CASE("cancelling a read does not affect the child") {
  Runtime runtime(1);
  const auto scenario = []() -> Task<> {
    const Command command({"cat"});
    Process process(co_await asio::this_coro::executor, command);
    TaskGroup group(co_await asio::this_coro::executor);
    group.start([](Process* p) -> Task<> { co_await read_some(p); }(&process));
    co_await yield(5);
    group.cancel();
    co_await group.join();
    const std::string hello = "hello";
    CHECK(co_await process.write_input(std::as_bytes(std::span(hello))));
    CHECK(co_await read_some(&process) == "hello");
    const int status = co_await process.end(std::chrono::minutes(10));
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGTERM);
  };
  runtime.run(scenario());
}

TEST_CASE("destroying a Process kills its child") {
  Runtime runtime(1);
  pid_t pid = 0;
  const auto scenario = [](pid_t* child) -> Task<> {
    const Command command({"sleep", "1000"});
    Process process(co_await asio::this_coro::executor, command);
    *child = process.pid();
  };
  runtime.run(scenario(&pid));
  REQUIRE(pid > 0);
  CHECK(::kill(pid, 0) == -1);
}
