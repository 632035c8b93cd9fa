#include "coro/run/watchdog.h"

#include <array>
#include <ctime>
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coro/run/runtime.h"
#include "tests/coro/waiting.h"

using namespace eka;
using namespace eka::coro;

namespace {

Task<> hold_the_reactor() {
  co_await yield(10);
  for (;;) ::pause();
}

Task<> compute_on_the_reactor() {
  co_await yield(10);
  for (std::atomic<unsigned> n = 0;;) n.fetch_add(1);
}

[[noreturn]] void be_watched(int report, Task<> task) {
  ::dup2(report, STDERR_FILENO);
  Runtime(1, std::chrono::milliseconds(20)).run(std::move(task));
  ::_exit(1);
}

// Many short handlers that together block the reactor for a long time.
Task<> share_the_reactor() {
  for (int turn = 0; turn < 200; ++turn) {
    const auto end = std::clock() + CLOCKS_PER_SEC / 1000;
    while (std::clock() < end) {
    }
    co_await yield();
  }
}

void ends_the_process(Task<> (*task)()) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) be_watched(ends[1], task());
  ::close(ends[1]);
  std::string said;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 1; got > 0; said.append(buffer.data(), static_cast<std::size_t>(got))) {
    got = std::max<ssize_t>(::read(ends[0], buffer.data(), buffer.size()), 0);
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
  CHECK(said.find("eka: a handler blocks the reactor for more than 20 ms") == 0);
  CHECK(said.find("coro_test") != std::string::npos);  // a frame of the trace
}

}  // namespace

TEST_CASE("a handler that blocks the reactor aborts the process with a stack trace") {
  SUBCASE("by blocking") {
    ends_the_process(hold_the_reactor);
  }
  SUBCASE("by computing") {
    ends_the_process(compute_on_the_reactor);
  }
}

TEST_CASE("many short handlers may take arbitrarily long together") {
  Runtime(1, std::chrono::milliseconds(100)).run(share_the_reactor());
}

TEST_CASE("a watched reactor works normally") {
  Runtime runtime(1, std::chrono::hours(1));
  CHECK(runtime.run(value_after(7, 1000)) == 7);
  CHECK(runtime.run(value_after(8, 1000)) == 8);
  CHECK_THROWS_AS(runtime.run(fail_after(Error(Kind::failure, "as ever"), 3)), Error);
}
