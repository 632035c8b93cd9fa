#include "net/policy/host_gate.h"

#include <vector>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"

namespace eka::net {
namespace {

struct Counter {
  int inside = 0, most = 0, done = 0;
};

coro::Task<> visit(HostGate* gate, Counter* counter, bool well) {
  HostGate::Pass pass = co_await gate->enter("h");
  counter->most = std::max(counter->most, ++counter->inside);
  for (int i = 0; i < 3; ++i) co_await coro::checkpoint();
  --counter->inside;
  ++counter->done;
  if (well) {
    pass.went_well();
  } else {
    pass.overloaded();
  }
}

Counter visit_all(HostGate& gate, int how_many, bool well) {
  coro::Runtime runtime(1);
  Counter counter;
  std::vector<coro::Task<>> visits;
  for (int i = 0; i < how_many; ++i) visits.push_back(visit(&gate, &counter, well));
  runtime.run(coro::all(std::move(visits)));
  CHECK(counter.done == how_many);
  return counter;
}

coro::Task<> fail() {
  co_await coro::checkpoint();
  throw Error(Kind::failure, "enough");
}

}  // namespace

TEST_CASE("host gate: the limit doubles without failures, up to a bound") {
  HostGate gate({.first = 4, .most = 10});
  CHECK(visit_all(gate, 4, true).most == 4);
  CHECK(gate.limit("h") == 8);
  CHECK(visit_all(gate, 500, true).most == 10);
  CHECK(gate.limit("h") == 10);
  CHECK(gate.limit("another") == 4);
}

TEST_CASE("host gate: a burst of failures halves the limit once, and one request is always allowed") {
  HostGate gate({.first = 8, .most = 64});
  visit_all(gate, 8, false);
  CHECK(gate.limit("h") == 4);
  for (int i = 0; i < 5; ++i) visit_all(gate, 3, false);
  CHECK(gate.limit("h") == 1);
  CHECK(visit_all(gate, 5, false).most == 1);
}

TEST_CASE("host gate: after a failure the limit grows by one per round") {
  HostGate gate({.first = 16, .most = 64});
  visit_all(gate, 16, false);
  CHECK(gate.limit("h") == 8);
  visit_all(gate, 8, true);
  CHECK(gate.limit("h") == 8);
  visit_all(gate, 1, true);
  CHECK(gate.limit("h") == 9);
}

TEST_CASE("host gate: cancelled waiters have no effect") {
  HostGate gate({.first = 1, .most = 1});
  Counter counter;
  coro::Runtime runtime(1);
  std::vector<coro::Task<>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(visit(&gate, &counter, true));
  tasks.push_back(fail());
  CHECK_THROWS_AS(runtime.run(coro::all(std::move(tasks))), Error);
  CHECK(visit_all(gate, 3, true).most == 1);
}

}  // namespace eka::net
