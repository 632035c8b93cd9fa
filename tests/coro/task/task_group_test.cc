#include "coro/task/task_group.h"

#include <memory>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "tests/coro/counted.h"
#include "tests/coro/waiting.h"

using namespace eka;
using namespace eka::coro;

namespace {

Task<> throw_plain() {
  co_await yield();
  throw std::runtime_error("plain");
}

Task<> throw_cancelled() {
  co_await yield();
  throw Cancelled();
}

Task<int> fail_with_value(Error error, int rounds) {
  co_await fail_after(std::move(error), rounds);
  co_return 0;
}

// Takes several turns to end after it is cancelled, and records when it has.
Task<> slow_to_end(bool* ended) {
  try {
    co_await forever(0);
  } catch (const std::exception&) {
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await yield(5);
  *ended = true;
  throw Cancelled();
}

Task<> cancel_after(TaskGroup* group, int rounds) {
  co_await yield(rounds);
  group->cancel();
}

// Runs `task`, cancels it after some turns, and returns how it ended.
Task<std::string> cancelled_after(Task<> task, int rounds) {
  TaskGroup group(co_await asio::this_coro::executor);
  std::string outcome;
  group.start([](Task<> inner, std::string* out) -> Task<> {
    try {
      co_await std::move(inner);
      *out = "ended";
    } catch (...) {
      *out = is_cancellation(std::current_exception()) ? "cancelled" : "failed";
    }
  }(std::move(task), &outcome));
  group.start(cancel_after(&group, rounds));
  co_await group.join();
  co_return outcome;
}

template <class T>
Task<> discard(Task<T> task) {
  co_await std::move(task);
}

}  // namespace

TEST_CASE("all returns the results in the order of the tasks") {
  Runtime runtime(1);
  const auto results = runtime.run(all(tasks(value_after(1, 9), value_after(2, 1), value_after(3, 5))));
  CHECK(results == std::vector{1, 2, 3});
  CHECK(runtime.run(all(tasks<int>())).empty());
  runtime.run(all(tasks<void>()));
}

TEST_CASE("all supports types that are neither copyable nor default-constructible") {
  struct Odd {
    explicit Odd(int n) : number(std::make_unique<int>(n)) {}
    std::unique_ptr<int> number;
  };
  Runtime runtime(1);
  const auto make = [](int n) -> Task<Odd> { co_return Odd(n); };
  const auto results = runtime.run(all(tasks(make(1), make(2))));
  CHECK(*results[0].number + *results[1].number == 3);
}

TEST_CASE("all: the first failure cancels the rest, waits for them and is thrown") {
  Runtime runtime(1);
  int living = 0;
  bool ended = false;
  CHECK_THROWS_WITH_AS(runtime.run(all(tasks(forever(Counted(living)), slow_to_end(&ended),
                                             fail_after(Error(Kind::remote, "second in time"), 7),
                                             fail_after(Error(Kind::remote, "first in time"), 3)))),
                       "first in time", Error);
  CHECK(ended);
  CHECK(living == 0);
}

TEST_CASE("all: after a failure before the first suspension the other tasks are started and cancelled") {
  Runtime runtime(1);
  int living = 0;
  const auto at_once = []() -> Task<> {
    throw Error(Kind::usage, "at once");
    co_return;
  };
  CHECK_THROWS_WITH_AS(runtime.run(all(tasks(at_once(), forever(Counted(living))))), "at once", Error);
  CHECK(living == 0);
}

TEST_CASE("all: cancelling the caller cancels all and waits") {
  Runtime runtime(1);
  int living = 0;
  bool ended = false;
  auto inner = all(tasks(forever(Counted(living)), slow_to_end(&ended)));
  CHECK(runtime.run(cancelled_after(std::move(inner), 4)) == "cancelled");
  CHECK(ended);
  CHECK(living == 0);
}

TEST_CASE("all: if cancelled before it starts, it starts no task") {
  Runtime runtime(1);
  bool ran = false;
  const auto mark = [](bool* flag) -> Task<> {
    *flag = true;
    co_return;
  };
  const auto late = [](Task<> task) -> Task<> {
    try {
      co_await forever(0);
    } catch (const std::exception&) {
    }
    co_await all(tasks(std::move(task)));
  };
  CHECK(runtime.run(cancelled_after(late(mark(&ran)), 2)) == "cancelled");
  CHECK_FALSE(ran);
}

TEST_CASE("all: a task that throws Cancelled counts as a failure") {
  Runtime runtime(1);
  int living = 0;
  CHECK_THROWS_AS(runtime.run(all(tasks(throw_cancelled(), forever(Counted(living))))), Cancelled);
  CHECK(living == 0);
}

TEST_CASE("a group converts Asio's cancellation to Cancelled") {
  Runtime runtime(1);
  const auto aborted = []() -> Task<> {
    co_await yield();
    throw asio::system_error(asio::error::operation_aborted);
  };
  CHECK_THROWS_AS(runtime.run(all(tasks(aborted()))), Cancelled);
  CHECK_THROWS_AS(runtime.run(gather(tasks(aborted()))), Cancelled);
  CHECK_THROWS_AS(runtime.run(aborted()), Cancelled);
}

TEST_CASE("gather returns failures in place and does not affect the other tasks") {
  Runtime runtime(1);
  const auto results = runtime.run(
      gather(tasks(value_after(1, 6), fail_with_value(Error(Kind::integrity, "bad"), 1), value_after(3, 2))));
  REQUIRE(results.size() == 3);
  CHECK(results[0].value() == 1);
  CHECK(results[1].error().kind() == Kind::integrity);
  CHECK(results[1].error().message() == "bad");
  CHECK(results[2].value() == 3);
}

TEST_CASE("gather: any other exception becomes a failure") {
  Runtime runtime(1);
  const auto results = runtime.run(gather(tasks(throw_plain(), yield())));
  CHECK(results[0].error().kind() == Kind::failure);
  CHECK(results[0].error().message() == "plain");
  CHECK(results[1].has_value());
}

TEST_CASE("gather: cancelling the caller cancels all and throws") {
  Runtime runtime(1);
  int living = 0;
  bool ended = false;
  auto inner = discard(gather(tasks(forever(Counted(living)), slow_to_end(&ended))));
  CHECK(runtime.run(cancelled_after(std::move(inner), 4)) == "cancelled");
  CHECK(ended);
  CHECK(living == 0);
}

TEST_CASE("gather: a task that throws Cancelled cancels all") {
  Runtime runtime(1);
  int living = 0;
  CHECK_THROWS_AS(runtime.run(gather(tasks(throw_cancelled(), forever(Counted(living))))), Cancelled);
  CHECK(living == 0);
}

TEST_CASE("cancellation reaches through nested groups") {
  Runtime runtime(1);
  int living = 0;
  auto deep = all(tasks(forever(Counted(living))));
  for (int i = 0; i < 100; ++i) deep = all(tasks(std::move(deep), forever(Counted(living))));
  CHECK(runtime.run(cancelled_after(std::move(deep), 300)) == "cancelled");
  CHECK(living == 0);
}

TEST_CASE("members can add members, and many of them") {
  Runtime runtime(1);
  struct Walk {
    static Task<> visit(TaskGroup* group, int depth, int* count) {
      co_await yield();
      ++*count;
      if (depth == 0) co_return;
      for (int i = 0; i < 2; ++i) group->start(visit(group, depth - 1, count));
    }
    static Task<> walk(int* count) {
      TaskGroup group(co_await asio::this_coro::executor);
      group.start(visit(&group, 12, count));
      co_await group.join();
    }
  };
  int count = 0;
  runtime.run(Walk::walk(&count));
  CHECK(count == (1 << 13) - 1);
}

TEST_CASE("a cancelled group starts no more members and joins without an error") {
  Runtime runtime(1);
  int living = 0;
  const auto scenario = [](int* count) -> Task<> {
    TaskGroup group(co_await asio::this_coro::executor);
    group.start(forever(Counted(*count)));
    co_await yield(3);
    group.cancel();
    group.start(forever(Counted(*count)));
    co_await group.join();
  };
  runtime.run(scenario(&living));
  CHECK(living == 0);
}

TEST_CASE("checkpoint yields, and throws once cancelled") {
  Runtime runtime(1);
  const auto spin = []() -> Task<> {
    for (;;) co_await checkpoint();
  };
  CHECK(runtime.run(cancelled_after(spin(), 10)) == "cancelled");
}
