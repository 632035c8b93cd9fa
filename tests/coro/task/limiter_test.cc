#include "coro/task/limiter.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "tests/coro/waiting.h"

using namespace eka;
using namespace eka::coro;

namespace {

// Shared by the tasks of a test. Each records its number while it holds a permit.
struct Scene {
  explicit Scene(std::size_t capacity) : limiter(capacity) {}
  Limiter limiter;
  std::vector<int> order;
  std::size_t most = 0;
};

Task<> work(Scene* scene, int number, std::size_t amount = 1, int rounds = 3) {
  const auto permit = co_await scene->limiter.acquire(amount);
  scene->order.push_back(number);
  scene->most = std::max(scene->most, scene->limiter.in_use());
  co_await yield(rounds);
}

Task<> hold_forever(Scene* scene, std::size_t amount) {
  const auto permit = co_await scene->limiter.acquire(amount);
  co_await forever(0);
}

std::vector<int> counting(int n) {
  std::vector<int> numbers;
  for (int i = 0; i < n; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace

TEST_CASE("at most the capacity at the same time, in the order of requests") {
  Runtime runtime(1);
  Scene scene(3);
  std::vector<Task<>> workers;
  for (int i = 0; i < 100; ++i) workers.push_back(work(&scene, i, 1, i % 7));
  runtime.run(all(std::move(workers)));
  CHECK(scene.order == counting(100));
  CHECK(scene.most == 3);
  CHECK(scene.limiter.in_use() == 0);
}

TEST_CASE("a big request is not overtaken by small ones that would fit") {
  Runtime runtime(1);
  Scene scene(4);
  runtime.run(all(tasks(work(&scene, 0, 2), work(&scene, 1, 3), work(&scene, 2, 1), work(&scene, 3, 1))));
  CHECK(scene.order == counting(4));
  CHECK(scene.most == 4);
}

TEST_CASE("a request above the capacity is served alone") {
  Runtime runtime(1);
  Scene scene(2);
  runtime.run(all(tasks(work(&scene, 0, 1), work(&scene, 1, 5), work(&scene, 2, 2))));
  CHECK(scene.order == counting(3));
  CHECK(scene.most == 5);
  CHECK(scene.limiter.in_use() == 0);
}

TEST_CASE("a cancelled waiter leaves the queue, and those after it move up") {
  Runtime runtime(1);
  Scene scene(2);
  const auto scenario = [](Scene* s) -> Task<> {
    const auto held = co_await s->limiter.acquire(1);
    TaskGroup big(co_await asio::this_coro::executor);
    TaskGroup small(co_await asio::this_coro::executor);
    big.start(work(s, 0, 2));
    co_await yield(3);
    small.start(work(s, 1, 1));
    co_await yield(3);
    CHECK(s->limiter.waiting() == 2);
    CHECK(s->order.empty());
    big.cancel();
    co_await big.join();
    co_await small.join();
    CHECK(s->order == std::vector{1});
    CHECK(s->limiter.waiting() == 0);
    CHECK(s->limiter.in_use() == 1);
  };
  runtime.run(scenario(&scene));
  CHECK(scene.limiter.in_use() == 0);
}

TEST_CASE("a permit granted to a waiter that is cancelled before it resumes is not lost") {
  Runtime runtime(1);
  Scene scene(1);
  const auto scenario = [](Scene* s) -> Task<> {
    TaskGroup waiters(co_await asio::this_coro::executor);
    auto held = co_await s->limiter.acquire(1);
    waiters.start(hold_forever(s, 1));
    co_await yield(3);
    CHECK(s->limiter.waiting() == 1);
    held.release();
    CHECK(s->limiter.in_use() == 1);
    waiters.cancel();
    co_await waiters.join();
    CHECK(s->limiter.in_use() == 0);
  };
  runtime.run(scenario(&scene));
}

TEST_CASE("cancelling all waiters returns all permits") {
  Runtime runtime(1);
  Scene scene(2);
  std::vector<Task<>> workers;
  for (int i = 0; i < 20; ++i) workers.push_back(hold_forever(&scene, 1));
  workers.push_back(fail_after(Error(Kind::failure, "enough"), 10));
  CHECK_THROWS_WITH_AS(runtime.run(all(std::move(workers))), "enough", Error);
  CHECK(scene.limiter.in_use() == 0);
  CHECK(scene.limiter.waiting() == 0);
}

TEST_CASE("permits can be moved, and assigning to one releases it") {
  Runtime runtime(1);
  Limiter limiter(2);
  const auto scenario = [](Limiter* shared) -> Task<> {
    auto first = co_await shared->acquire();
    auto second = co_await shared->acquire();
    first = std::move(second);
    CHECK(shared->in_use() == 1);
    Limiter::Permit third(std::move(first));
    CHECK(shared->in_use() == 1);
    third.release();
    third.release();
    CHECK(shared->in_use() == 0);
  };
  runtime.run(scenario(&limiter));
}

TEST_CASE("a limiter can grow and shrink while in use") {
  Runtime runtime(1);
  Scene scene(1);
  const auto scenario = [](Scene* s) -> Task<> {
    TaskGroup group(co_await asio::this_coro::executor);
    for (int i = 0; i < 6; ++i) group.start(work(s, i, 1, 50));
    co_await yield(5);
    CHECK(s->limiter.in_use() == 1);
    s->limiter.resize(4);
    co_await yield(5);
    CHECK(s->limiter.in_use() == 4);
    s->limiter.resize(2);
    CHECK(s->limiter.in_use() == 4);
    co_await group.join();
    CHECK(s->order == counting(6));
  };
  runtime.run(scenario(&scene));
}

TEST_CASE("releasing many waiters does not nest") {
  Runtime runtime(1);
  Scene scene(1);
  const auto scenario = [](Scene* s) -> Task<> {
    TaskGroup group(co_await asio::this_coro::executor);
    auto permit = co_await s->limiter.acquire(1);
    for (int i = 0; i < 100'000; ++i) {
      group.start(work(s, i, 1, 0));
      // Not all in one handler: with a sanitizer, starting so many tasks takes seconds.
      if (i % 1'000 == 0) co_await yield();
    }
    CHECK(s->order.empty());
    permit.release();
    co_await group.join();
  };
  runtime.run(scenario(&scene));
  CHECK(scene.order.size() == 100'000);
}
