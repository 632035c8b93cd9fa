#include "coro/task/single_flight.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "tests/coro/counted.h"
#include "tests/coro/waiting.h"

using namespace eka;
using namespace eka::coro;

namespace {

// Shared by the tasks of a test.
struct Scene {
  SingleFlight<std::string, int> flights;
  int started = 0;
  int at_once = 0;
  int most_at_once = 0;
  int living = 0;
  std::vector<std::string> log;
};

struct Working {
  explicit Working(Scene* s) : scene(s) {
    ++scene->started;
    scene->most_at_once = std::max(scene->most_at_once, ++scene->at_once);
  }
  Working(const Working&) = delete;
  ~Working() { --scene->at_once; }
  Scene* scene;
};

Task<int> work(Scene* scene, int result, int rounds) {
  const Working working(scene);
  co_await yield(rounds);
  co_return result;
}

Task<int> failing_work(Scene* scene) {
  const Working working(scene);
  co_await yield(5);
  throw Error(Kind::remote, "broken");
}

// Ends some turns after it was cancelled.
Task<int> stubborn_work(Scene* scene, Counted guest) {
  const Working working(scene);
  std::exception_ptr failure;
  try {
    co_await forever(guest);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await yield(10);
  scene->log.push_back("work ended");
  rethrow(failure);
}

Task<> ask(Scene* scene, std::string name, Task<int> its_work, std::string key = "key") {
  try {
    const int result = co_await scene->flights.run(std::move(key), std::move(its_work));
    scene->log.push_back(name + " " + std::to_string(result));
  } catch (Error& error) {
    error.within(name);
    scene->log.push_back(name + " " + error.message() + " " + std::to_string(error.context().size()));
  } catch (const Cancelled&) {
    scene->log.push_back(name + " cancelled");
  }
}

using Log = std::vector<std::string>;

}  // namespace

TEST_CASE("concurrent requests share one execution and get the result in the order of requests") {
  Runtime runtime(1);
  Scene scene;
  std::vector<Task<>> askers;
  Log expected;
  for (int i = 0; i < 50; ++i) {
    askers.push_back(ask(&scene, std::to_string(i), work(&scene, 7, 5)));
    expected.push_back(std::to_string(i) + " 7");
  }
  runtime.run(all(std::move(askers)));
  CHECK(scene.started == 1);
  CHECK(scene.log == expected);
  CHECK(scene.flights.under_way() == 0);
}

TEST_CASE("results are not cached: a later request starts a new execution") {
  Runtime runtime(1);
  Scene scene;
  runtime.run(ask(&scene, "a", work(&scene, 1, 2)));
  runtime.run(ask(&scene, "b", work(&scene, 2, 2)));
  runtime.run(ask(&scene, "c", failing_work(&scene)));
  runtime.run(ask(&scene, "d", work(&scene, 4, 2)));
  CHECK(scene.log == Log{"a 1", "b 2", "c broken 1", "d 4"});
  CHECK(scene.started == 4);
}

TEST_CASE("different keys are independent") {
  Runtime runtime(1);
  Scene scene;
  runtime.run(all(tasks(ask(&scene, "a", work(&scene, 1, 5), "x"), ask(&scene, "b", work(&scene, 2, 5), "y"))));
  CHECK(scene.started == 2);
  CHECK(scene.most_at_once == 2);
}

TEST_CASE("all waiters get a copy of a failure") {
  Runtime runtime(1);
  Scene scene;
  runtime.run(all(tasks(ask(&scene, "a", failing_work(&scene)), ask(&scene, "b", failing_work(&scene)))));
  CHECK(scene.started == 1);
  CHECK(scene.log == Log{"a broken 1", "b broken 1"});
}

TEST_CASE("cancelling a waiter does not affect the others, even if it started the work") {
  Runtime runtime(1);
  Scene scene;
  const auto scenario = [](Scene* s) -> Task<> {
    TaskGroup leaving(co_await asio::this_coro::executor);
    TaskGroup staying(co_await asio::this_coro::executor);
    leaving.start(ask(s, "first", work(s, 7, 30)));
    co_await yield(3);
    leaving.start(ask(s, "second", work(s, 7, 30)));
    staying.start(ask(s, "third", work(s, 7, 30)));
    co_await yield(3);
    leaving.cancel();
    co_await leaving.join();
    CHECK(s->log == Log{"first cancelled", "second cancelled"});
    CHECK(s->flights.under_way() == 1);
    co_await staying.join();
  };
  runtime.run(scenario(&scene));
  CHECK(scene.log.back() == "third 7");
  CHECK(scene.started == 1);
}

TEST_CASE("when the last waiter is cancelled, the work is cancelled and awaited") {
  Runtime runtime(1);
  Scene scene;
  const auto scenario = [](Scene* s) -> Task<> {
    TaskGroup askers(co_await asio::this_coro::executor);
    askers.start(ask(s, "a", stubborn_work(s, Counted(s->living))));
    askers.start(ask(s, "b", work(s, 1, 1)));
    co_await yield(5);
    askers.cancel();
    co_await askers.join();
  };
  runtime.run(scenario(&scene));
  CHECK(scene.log == Log{"a cancelled", "work ended", "b cancelled"});
  CHECK(scene.living == 0);
  CHECK(scene.flights.under_way() == 0);
}

TEST_CASE("a request during the end of cancelled work waits for it and starts a new execution") {
  Runtime runtime(1);
  Scene scene;
  const auto scenario = [](Scene* s) -> Task<> {
    TaskGroup leaving(co_await asio::this_coro::executor);
    TaskGroup late(co_await asio::this_coro::executor);
    TaskGroup later(co_await asio::this_coro::executor);
    leaving.start(ask(s, "first", stubborn_work(s, Counted(s->living))));
    co_await yield(5);
    leaving.cancel();
    late.start(ask(s, "late", work(s, 2, 3)));
    late.start(ask(s, "late too", work(s, 3, 3)));
    later.start(ask(s, "later", work(s, 4, 3)));
    co_await yield(3);
    later.cancel();
    co_await later.join();
    CHECK(s->log == Log{"later cancelled"});
    co_await leaving.join();
    co_await late.join();
  };
  runtime.run(scenario(&scene));
  CHECK(scene.log == Log{"later cancelled", "work ended", "first cancelled", "late 2", "late too 2"});
  CHECK(scene.started == 2);
  CHECK(scene.most_at_once == 1);
  CHECK(scene.living == 0);
}

TEST_CASE("work never continues without a waiter, at whatever moment of cancellation") {
  Runtime runtime(1);
  Scene scene;
  const auto scenario = [](Scene* s) -> Task<> {
    for (int when = 0; when < 40; ++when) {
      TaskGroup leaving(co_await asio::this_coro::executor);
      TaskGroup late(co_await asio::this_coro::executor);
      leaving.start(ask(s, "first", stubborn_work(s, Counted(s->living))));
      co_await yield(5);
      leaving.cancel();
      late.start(ask(s, "late", work(s, 2, 5)));
      co_await yield(when);
      late.cancel();
      co_await late.join();
      co_await leaving.join();
      CHECK(s->at_once == 0);
      CHECK(s->flights.under_way() == 0);
    }
  };
  runtime.run(scenario(&scene));
  CHECK(scene.living == 0);
}

TEST_CASE("unneeded work is destroyed without being started") {
  Runtime runtime(1);
  Scene scene;
  runtime.run(
      all(tasks(ask(&scene, "a", work(&scene, 7, 5)), ask(&scene, "b", stubborn_work(&scene, Counted(scene.living))))));
  CHECK(scene.log == Log{"a 7", "b 7"});
  CHECK(scene.living == 0);
}

TEST_CASE("a flight without a result") {
  Runtime runtime(1);
  SingleFlight<int, void> flights;
  int count = 0;
  const auto count_up = [](int* n) -> Task<> {
    co_await yield(3);
    ++*n;
  };
  runtime.run(all(tasks(flights.run(1, count_up(&count)), flights.run(1, count_up(&count)))));
  CHECK(count == 1);
}
