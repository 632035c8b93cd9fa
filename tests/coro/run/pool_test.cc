#include "coro/run/pool.h"

#include <atomic>
#include <latch>
#include <memory>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "tests/coro/waiting.h"

using namespace eka;
using namespace eka::coro;

namespace {

Task<bool> runs_elsewhere_resumes_here(Pool* pool) {
  const auto here = std::this_thread::get_id();
  const auto there = co_await offload(*pool, [] { return std::this_thread::get_id(); });
  co_return there != here&& std::this_thread::get_id() == here;
}

Task<int> square(Pool* pool, int number) {
  co_return co_await offload(*pool, [number] { return number * number; });
}

Task<> fail_on_pool(Pool* pool) {
  co_await offload(*pool, [] { throw Error(Kind::integrity, "from the pool"); });
}

// Blocks a pool thread until released; notes on the way out that it used its caller's frame to the last.
Task<> hold(Pool* pool, std::latch* started, std::latch* release, std::atomic<int>* ended) {
  int mine = 0;
  co_await offload(*pool, [&mine, started, release, ended] {
    started->count_down();
    release->wait();
    mine = 1;
    *ended += mine;
  });
}

Task<> note_run(Pool* pool, std::atomic<int>* ran) {
  co_await offload(*pool, [ran] { ++*ran; });
}

Task<> fail_then_release(std::latch* started, std::latch* release) {
  while (!started->try_wait()) co_await checkpoint();
  // The sibling is cancelled by this failure while the pool still holds it; a later turn lets go.
  asio::post(co_await asio::this_coro::executor, [release] { release->count_down(); });
  throw Error(Kind::failure, "sibling");
}

}  // namespace

TEST_CASE("offload runs on the pool and resumes on the reactor") {
  Runtime runtime(2);
  CHECK(runtime.run(runs_elsewhere_resumes_here(&runtime.pool())));
}

TEST_CASE("offload hands back values and exceptions") {
  Runtime runtime(4);
  std::vector<Task<int>> squares;
  for (int i = 0; i < 500; ++i) squares.push_back(square(&runtime.pool(), i));
  const auto results = runtime.run(all(std::move(squares)));
  for (int i = 0; i < 500; ++i) CHECK(results[static_cast<std::size_t>(i)] == i * i);
  CHECK_THROWS_WITH_AS(runtime.run(fail_on_pool(&runtime.pool())), "from the pool", Error);
}

TEST_CASE("offload carries what can only be moved") {
  Runtime runtime(1);
  const auto scenario = [](Pool* pool) -> Task<int> {
    auto number = std::make_unique<int>(7);
    auto back = co_await offload(*pool, [&number] { return std::move(number); });
    co_return *back;
  };
  CHECK(runtime.run(scenario(&runtime.pool())) == 7);
}

TEST_CASE("offload keeps a function that was passed by name") {
  Runtime runtime(1);
  const auto make = [](Pool& pool) {
    const auto function = [text = std::string(100, 'x')] { return text.size(); };
    return offload(pool, function);
  };
  CHECK(runtime.run(make(runtime.pool())) == 100);
}

TEST_CASE("offload: a cancelled caller stays until the function has ended; what waits its turn is not run") {
  Runtime runtime(1);
  std::latch started(1);
  std::latch release(1);
  std::atomic<int> ended = 0;
  std::atomic<int> ran = 0;
  auto together = tasks(hold(&runtime.pool(), &started, &release, &ended), note_run(&runtime.pool(), &ran),
                        fail_then_release(&started, &release));
  CHECK_THROWS_WITH_AS(runtime.run(all(std::move(together))), "sibling", Error);
  CHECK(ended == 1);
  CHECK(ran == 0);
}
