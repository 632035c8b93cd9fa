#include "coro/run/pool.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <latch>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include <doctest/doctest.h>

#include "coro/run/own_thread.h"
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

// Blocks a pool thread until released; finally records that it still used the frame of its caller.
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
  // This failure cancels the other task while the pool still runs it; it is released later.
  asio::post(co_await asio::this_coro::executor, [release] { release->count_down(); });
  throw Error(Kind::failure, "sibling");
}

}  // namespace

TEST_CASE("offload runs on the pool and resumes on the reactor") {
  Runtime runtime(2);
  CHECK(runtime.run(runs_elsewhere_resumes_here(&runtime.pool())));
}

TEST_CASE("offload returns values and exceptions") {
  Runtime runtime(4);
  std::vector<Task<int>> squares;
  for (int i = 0; i < 500; ++i) squares.push_back(square(&runtime.pool(), i));
  const auto results = runtime.run(all(std::move(squares)));
  for (int i = 0; i < 500; ++i) CHECK(results[static_cast<std::size_t>(i)] == i * i);
  CHECK_THROWS_WITH_AS(runtime.run(fail_on_pool(&runtime.pool())), "from the pool", Error);
}

TEST_CASE("offload supports move-only types") {
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

TEST_CASE("offload: a cancelled caller waits for a running function; a queued function is not run") {
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

TEST_CASE("exceptions of a function on the pool become an Error") {
  Runtime runtime(1);
  const auto error_of_job = [&](std::function<void()> job) {
    const auto scenario = [](Pool* pool, std::function<void()> its_job) -> Task<Error> {
      std::optional<Error> caught;
      try {
        co_await offload(*pool, [&] { its_job(); });
      } catch (const Error& error) {
        caught = error;
      }
      co_return caught.value_or(Error(Kind::usage, "no Error"));
    };
    return runtime.run(scenario(&runtime.pool(), std::move(job)));
  };
  const Error full = error_of_job([] {
    const auto code = std::make_error_code(std::errc::no_space_on_device);
    throw std::filesystem::filesystem_error("cannot copy", "/some/file", code);
  });
  CHECK(full.kind() == Kind::failure);
  CHECK(full.message() == "/some/file: No space left on device");
  CHECK(error_of_job([] { throw std::bad_alloc(); }).message() == "out of memory");
  CHECK(error_of_job([] { throw std::runtime_error("broken"); }).message() == "broken");
  CHECK(error_of_job([] { throw 7; }).kind() == Kind::failure);
  CHECK(error_of_job([] { throw Error(Kind::integrity, "mine"); }).kind() == Kind::integrity);
}

TEST_CASE("exceptions of detached work have no effect") {
  std::atomic<int> ran = 0;
  {
    Runtime runtime(1);
    runtime.pool().run_detached([&] {
      ++ran;
      throw std::runtime_error("dropped");
    });
    runtime.pool().run_detached([&] { ++ran; });
  }
  CHECK(ran == 2);
}

namespace {

Task<> wait_on_own_thread(std::shared_ptr<std::latch> release) {
  const std::function<int()> wait = [release] {
    release->wait();
    return 1;
  };
  co_await on_own_thread(wait);
}

}  // namespace

TEST_CASE("a separate thread returns values and exceptions and does not use the pool") {
  Runtime runtime(1);
  const auto scenario = [](Pool* pool) -> Task<> {
    std::latch started(1), release(1);
    std::atomic<int> ended = 0;
    TaskGroup group(co_await asio::this_coro::executor);
    group.start(hold(pool, &started, &release, &ended));
    const std::function<std::string()> give = [] { return std::string("value"); };
    const std::string value = co_await on_own_thread(give);
    CHECK(value == "value");
    const std::function<int()> fail = []() -> int { throw std::bad_alloc(); };
    std::optional<Error> caught;
    try {
      co_await on_own_thread(fail);
    } catch (const Error& error) {
      caught = error;
    }
    CHECK(caught.has_value());
    release.count_down();
    co_await group.join();
  };
  runtime.run(scenario(&runtime.pool()));
}

TEST_CASE("a cancelled caller does not wait for its separate thread") {
  const auto release = std::make_shared<std::latch>(1);
  {
    Runtime runtime(1);
    const auto scenario = [](std::shared_ptr<std::latch> latch) -> Task<> {
      TaskGroup group(co_await asio::this_coro::executor);
      group.start(wait_on_own_thread(latch));
      co_await yield(3);
      group.cancel();
      co_await group.join();
    };
    runtime.run(scenario(release));
  }
  release->count_down();
}
