#include "coro/task/timeout.h"

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "tests/coro/counted.h"
#include "tests/coro/waiting.h"

using namespace eka;
using namespace eka::coro;
using std::chrono::hours;
using std::chrono::milliseconds;

TEST_CASE("a task that ends in time returns its result or failure") {
  Runtime runtime(1);
  CHECK(runtime.run(timeout(hours(1), value_after(7, 3))) == 7);
  runtime.run(timeout(hours(1), yield(3)));
  CHECK_THROWS_WITH_AS(runtime.run(timeout(hours(1), fail_after(Error(Kind::usage, "own"), 3))), "own", Error);
}

TEST_CASE("a task that does not end in time is cancelled and replaced by a retryable error") {
  Runtime runtime(1);
  int living = 0;
  try {
    runtime.run(timeout(milliseconds(1), forever(Counted(living))));
    FAIL("it ended");
  } catch (const Error& error) {
    CHECK(error.kind() == Kind::remote);
    CHECK(error.message() == "no answer within 1 ms");
    CHECK(error.is_retryable());
  }
  CHECK(living == 0);
  CHECK(no_answer(milliseconds(10'000)).message() == "no answer within 10 s");
}

TEST_CASE("the caller can specify the error") {
  Runtime runtime(1);
  Error error(Kind::evaluation, "took too long");
  CHECK_THROWS_WITH_AS(runtime.run(timeout(milliseconds(1), forever(0), error)), "took too long", Error);
}

TEST_CASE("cancelling the caller cancels the task and is not a timeout") {
  Runtime runtime(1);
  int living = 0;
  auto both = tasks(timeout(hours(1), forever(Counted(living))), fail_after(Error(Kind::failure, "sibling"), 5));
  CHECK_THROWS_WITH_AS(runtime.run(all(std::move(both))), "sibling", Error);
  CHECK(living == 0);
}

TEST_CASE("timeouts nest, the inner one first") {
  Runtime runtime(1);
  auto inner = timeout(milliseconds(1), forever(0), Error(Kind::remote, "inner"));
  CHECK_THROWS_WITH_AS(runtime.run(timeout(hours(1), std::move(inner))), "inner", Error);
  auto outer = timeout(hours(1), forever(0), Error(Kind::remote, "inner"));
  CHECK_THROWS_WITH_AS(runtime.run(timeout(milliseconds(1), std::move(outer))), "no answer within 1 ms", Error);
}
