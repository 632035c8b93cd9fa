#include "coro/task/event.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "coro/run/runtime.h"
#include "coro/task/task_group.h"

using namespace eka;
using coro::Event;
using coro::Task;

namespace {

Task<> wait_and_count(Event* event, int* count) {
  co_await event->wait();
  ++*count;
}

Task<> set(Event* event) {
  event->set();
  co_return;
}

Task<> fail() {
  throw Error(Kind::failure, "enough");
  co_return;
}

Task<> run_all(std::vector<Task<>> tasks) {
  co_await coro::all(std::move(tasks));
}

}  // namespace

TEST_CASE("an event wakes all waiters, and later waiters do not wait") {
  coro::Runtime runtime(1);
  Event event;
  int count = 0;
  std::vector<Task<>> tasks;
  tasks.push_back(wait_and_count(&event, &count));
  tasks.push_back(wait_and_count(&event, &count));
  tasks.push_back(set(&event));
  tasks.push_back(wait_and_count(&event, &count));
  runtime.run(run_all(std::move(tasks)));
  CHECK(count == 3);
  CHECK(event.is_set());
}

TEST_CASE("a cancelled waiter is removed, and the event remains usable") {
  coro::Runtime runtime(1);
  Event event;
  int count = 0;
  std::vector<Task<>> tasks;
  tasks.push_back(wait_and_count(&event, &count));
  tasks.push_back(fail());
  CHECK_THROWS_AS(runtime.run(run_all(std::move(tasks))), Error);
  CHECK(count == 0);
  event.set();
  runtime.run(wait_and_count(&event, &count));
  CHECK(count == 1);
}
