#include "coro/task/flight.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "tests/coro/waiting.h"

using namespace eka;
using namespace eka::coro;

namespace {

using FlightPtr = std::shared_ptr<Flight>;
using Log = std::vector<std::string>;

// Ends some turns after it was started or cancelled.
Task<> work(Log* log, std::string name, int rounds) {
  std::exception_ptr failure;
  try {
    co_await yield(rounds);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  if (failure) co_await yield(5);
  log->push_back(name + (failure ? " stopped" : " done"));
  if (failure) rethrow(failure);
}

Task<> failing_work() {
  co_await yield(3);
  throw Error(Kind::remote, "broken");
}

FlightPtr start(const Executor& executor, Task<> task) {
  auto flight = std::make_shared<Flight>();
  flight->start(executor, std::move(task), [flight] {});
  return flight;
}

Task<> ask(Log* log, std::string name, std::vector<FlightPtr> flights) {
  try {
    co_await Flight::wait_all(std::move(flights));
    log->push_back(name + " has all");
  } catch (const Cancelled&) {
    log->push_back(name + " cancelled");
  }
}

}  // namespace

TEST_CASE("a task that waits for several flights resumes when the last has ended") {
  Runtime runtime(1);
  Log log;
  const auto scenario = [](Log* its_log) -> Task<> {
    const Executor executor = co_await asio::this_coro::executor;
    const auto quick = start(executor, work(its_log, "quick", 2));
    const auto slow = start(executor, work(its_log, "slow", 20));
    std::vector<FlightPtr> both{slow, quick, slow};
    co_await ask(its_log, "a", std::move(both));
    CHECK(slow->has_ended());
    std::vector<FlightPtr> again{slow, quick};
    co_await ask(its_log, "a", std::move(again));
  };
  runtime.run(scenario(&log));
  CHECK(log == Log{"quick done", "slow done", "a has all", "a has all"});
}

TEST_CASE("a failure belongs to its flight only") {
  Runtime runtime(1);
  Log log;
  const auto scenario = [](Log* its_log) -> Task<> {
    const Executor executor = co_await asio::this_coro::executor;
    const auto bad = start(executor, failing_work());
    const auto good = start(executor, work(its_log, "good", 9));
    std::vector<FlightPtr> both{bad, good};
    co_await ask(its_log, "a", std::move(both));
    CHECK(bad->failure());
    CHECK_FALSE(good->failure());
    std::optional<Error> told;
    try {
      co_await Flight::join(bad);
    } catch (const Error& error) {
      told = error;
    }
    REQUIRE(told);
    CHECK(told->message() == "broken");
  };
  runtime.run(scenario(&log));
  CHECK(log == Log{"good done", "a has all"});
}

// One task waits for both flights, another for one of them. Whichever is cancelled, at whatever moment: a flight with a
// waiter continues, a flight without one is cancelled and awaited.
TEST_CASE("a flight is cancelled with its last waiter, other flights are not") {
  Runtime runtime(1);
  for (int when = 0; when < 40; ++when) {
    for (const bool first_leaves : {true, false}) {
      CAPTURE(when);
      CAPTURE(first_leaves);
      Log log;
      const auto scenario = [](Log* its_log, int moment, bool first) -> Task<> {
        const Executor executor = co_await asio::this_coro::executor;
        TaskGroup both_asker(executor), one_asker(executor);
        const auto shared = start(executor, work(its_log, "shared", 15));
        const auto own = start(executor, work(its_log, "own", 15));
        both_asker.start(ask(its_log, "both", {shared, own}));
        one_asker.start(ask(its_log, "one", {shared}));
        co_await yield(4);
        co_await yield(moment);
        TaskGroup& leaving = first ? both_asker : one_asker;
        TaskGroup& staying = first ? one_asker : both_asker;
        const bool was_running = !shared->has_ended();
        leaving.cancel();
        co_await leaving.join();
        if (was_running && first) CHECK(own->has_ended());
        co_await staying.join();
        CHECK(shared->has_ended());
        CHECK_FALSE(shared->failure());
        CHECK(own->has_ended());
        if (!first) CHECK_FALSE(own->failure());
      };
      runtime.run(scenario(&log, when, first_leaves));
      CHECK(std::ranges::count(log, "shared done") == 1);
      CHECK(std::ranges::count(log, first_leaves ? "one has all" : "both has all") == 1);
    }
  }
}
