#include "coro/run/runtime.h"

#include <csignal>
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coro/task/task_group.h"
#include "tests/coro/counted.h"
#include "tests/coro/waiting.h"

using namespace eka;
using namespace eka::coro;

namespace {

Task<> interrupted_by(int signal, int* living) {
  const Counted guest(*living);
  ::raise(signal);
  co_await forever(Counted(*living));
}

int signal_of(Runtime& runtime, Task<> task) {
  try {
    runtime.run(std::move(task));
  } catch (const Interrupted& interrupted) {
    return interrupted.signal;
  }
  return 0;
}

}  // namespace

TEST_CASE("run returns results and throws failures, repeatedly") {
  Runtime runtime(1);
  for (int i = 0; i < 3; ++i) CHECK(runtime.run(value_after(i, 2)) == i);
  CHECK_THROWS_WITH_AS(runtime.run(fail_after(Error(Kind::usage, "no"), 1)), "no", Error);
  CHECK(runtime.run(value_after(4, 0)) == 4);
}

TEST_CASE("SIGINT and SIGTERM cancel the task, and run reports the signal when everything has ended") {
  Runtime runtime(1);
  int living = 0;
  CHECK(signal_of(runtime, interrupted_by(SIGINT, &living)) == SIGINT);
  CHECK(signal_of(runtime, interrupted_by(SIGTERM, &living)) == SIGTERM);
  CHECK(signal_of(runtime, all(tasks(interrupted_by(SIGTERM, &living), forever(Counted(living))))) == SIGTERM);
  CHECK(living == 0);
  CHECK(runtime.run(value_after(1, 1)) == 1);
}

TEST_CASE("the previous signal handlers are restored after run") {
  struct sigaction before{};
  ::sigaction(SIGINT, nullptr, &before);
  Runtime(1).run(yield());
  struct sigaction after{};
  ::sigaction(SIGINT, nullptr, &after);
  CHECK((after.sa_handler == before.sa_handler));
}

TEST_CASE("a second SIGINT exits the process immediately, even if the reactor is blocked") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto stuck = []() -> Task<> {
      ::raise(SIGINT);
      ::raise(SIGINT);
      for (;;) ::pause();
      co_return;
    };
    Runtime(1).run(stuck());
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
}

namespace {

// The exit status of a child that runs this; -1 if it was killed.
int exit_status(void (*run)()) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::unsetenv("EKA_WATCHDOG");  // it would end the process first
    run();
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

[[noreturn]] void block() {
  for (;;) ::pause();
}

Task<> interrupt_and_block_the_pool(Pool* pool, int signal) {
  // Sent by the job, so that the job has started when the signal arrives: a job that has not started is not run.
  co_await offload(*pool, [signal] {
    ::kill(::getpid(), signal);
    block();
  });
}

Task<> interrupt_and_hold_the_reactor() {
  ::raise(SIGINT);
  block();
  co_return;
}

}  // namespace

TEST_CASE("uninterruptible work does not delay the exit of the process") {
  CHECK(exit_status([] {
          Runtime runtime(1);
          runtime.run(interrupt_and_block_the_pool(&runtime.pool(), SIGINT));
        }) == 130);
  CHECK(exit_status([] {
          Runtime runtime(1);
          runtime.run(interrupt_and_block_the_pool(&runtime.pool(), SIGTERM));
        }) == 143);
  CHECK(exit_status([] { Runtime(1).run(interrupt_and_hold_the_reactor()); }) == 130);
  // Only the destructor of the pool waits for detached work.
  CHECK(exit_status([] {
          Runtime runtime(1);
          runtime.pool().run_detached([] { block(); });
          int living = 0;
          (void)signal_of(runtime, interrupted_by(SIGINT, &living));
        }) == 130);
}

TEST_CASE("a process that continues after an interrupted run is not terminated") {
  int living = 0;
  {
    Runtime runtime(1);
    CHECK(signal_of(runtime, interrupted_by(SIGINT, &living)) == SIGINT);
  }
  CHECK(::alarm(0) == 0);
}

TEST_CASE("during the lifetime of a Runtime, writing to a closed pipe is an error and not a signal") {
  Runtime runtime(1);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  CHECK(::write(ends[1], "x", 1) == -1);
  ::close(ends[1]);
}
