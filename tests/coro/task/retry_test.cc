#include "coro/task/retry.h"

#include <vector>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "tests/coro/waiting.h"

using namespace eka;
using namespace eka::coro;
using std::chrono::milliseconds;

namespace {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(double chance) : chance_(chance) {}
  std::chrono::steady_clock::time_point now() override { return now_; }
  std::chrono::system_clock::time_point date() override { return {}; }
  Task<> sleep(milliseconds time) override {
    slept.push_back(static_cast<int>(time.count()));
    now_ += time;
    co_return;
  }
  double uniform() override { return chance_; }
  void pass(milliseconds time) { now_ += time; }

  std::vector<int> slept;

 private:
  double chance_;
  std::chrono::steady_clock::time_point now_{};
};

Error transient() {
  return Error(Kind::remote, "reset").retryable();
}

// Fails `failures` times, then returns the number of attempts.
struct Flaky {
  int failures;
  Error error = transient();
  int made = 0;
  Task<int> attempt() {
    co_await yield();
    if (++made <= failures) throw error;
    co_return made;
  }
};

Task<int> persist(RetryPolicy policy, Clock* clock, Flaky* flaky, int* told) {
  const auto attempt = [flaky] { return flaky->attempt(); };
  const auto tell = [told](const Error&) { ++*told; };
  co_return co_await retry(policy, *clock, attempt, tell);
}

}  // namespace

TEST_CASE("retries until it succeeds, waiting twice as long each time") {
  Runtime runtime(1);
  FakeClock clock(0.5);
  Flaky flaky{3};
  int told = 0;
  CHECK(runtime.run(persist({}, &clock, &flaky, &told)) == 4);
  CHECK(clock.slept == std::vector{100, 200, 400});
  CHECK(told == 3);
}

TEST_CASE("the last failure is thrown when the attempts are used up") {
  Runtime runtime(1);
  FakeClock clock(0);
  Flaky flaky{100};
  int told = 0;
  CHECK_THROWS_WITH_AS(runtime.run(persist({}, &clock, &flaky, &told)), "reset", Error);
  CHECK(flaky.made == 4);
  CHECK(told == 3);
}

TEST_CASE("an error may be final although it is retryable") {
  Runtime runtime(1);
  FakeClock clock(0);
  Flaky flaky{7};
  int told = 0;
  RetryPolicy policy;
  policy.is_final = [](const Error& error) { return error.message() == "reset"; };
  CHECK_THROWS_WITH_AS(runtime.run(persist(policy, &clock, &flaky, &told)), "reset", Error);
  CHECK(flaky.made == 1);
}

TEST_CASE("an error that is not retryable is final") {
  Runtime runtime(1);
  FakeClock clock(0);
  Flaky flaky{100, Error(Kind::remote, "forbidden")};
  int told = 0;
  CHECK_THROWS_WITH_AS(runtime.run(persist({}, &clock, &flaky, &told)), "forbidden", Error);
  CHECK(flaky.made == 1);
  CHECK(told == 0);
}

TEST_CASE("delays are bounded") {
  Runtime runtime(1);
  FakeClock clock(0.999);
  Flaky flaky{99};
  int told = 0;
  RetryPolicy policy{100, milliseconds(1000), milliseconds(3000), std::chrono::hours(1)};
  CHECK(runtime.run(persist(policy, &clock, &flaky, &told)) == 100);
  CHECK(clock.slept[0] == 999);
  CHECK(clock.slept[1] == 1998);
  CHECK(clock.slept[2] == 2997);
  CHECK(clock.slept.back() == 2997);
}

TEST_CASE("no attempt starts after the deadline") {
  Runtime runtime(1);
  FakeClock clock(0.5);
  Flaky flaky{100};
  int told = 0;
  // Delays of 500, 1000, 2000: the third would end after it.
  RetryPolicy policy{100, milliseconds(1000), milliseconds(60'000), milliseconds(3000)};
  CHECK_THROWS_WITH_AS(runtime.run(persist(policy, &clock, &flaky, &told)), "reset", Error);
  CHECK(clock.slept == std::vector{500, 1000});
  CHECK(flaky.made == 3);
}

TEST_CASE("the duration of attempts counts as well") {
  Runtime runtime(1);
  FakeClock clock(0);
  int made = 0;
  const auto slow = [&]() -> Task<> {
    ++made;
    clock.pass(milliseconds(40'000));
    throw transient();
    co_return;
  };
  CHECK_THROWS_AS(runtime.run(retry({}, clock, slow, [](const Error&) {})), Error);
  CHECK(made == 2);
}

TEST_CASE("cancellation is never retried and ends a delay") {
  Runtime runtime(1);
  FakeClock clock(0);
  Flaky cancelled{100};
  int made = 0;
  const auto attempt = [&made]() -> Task<> {
    ++made;
    throw Cancelled();
    co_return;
  };
  CHECK_THROWS_AS(runtime.run(retry({}, clock, attempt, [](const Error&) {})), Cancelled);
  CHECK(made == 1);

  // A delay of days, on the real clock, and another task that fails.
  const auto scenario = [](int* told) -> Task<> {
    RetryPolicy patient{2, std::chrono::hours(1000), std::chrono::hours(1000), std::chrono::hours(5000)};
    const auto always = []() -> Task<> { return fail_after(transient(), 1); };
    co_await retry(patient, Clock::system(), always, [told](const Error&) { ++*told; });
  };
  int told = 0;
  CHECK_THROWS_WITH_AS(runtime.run(all(tasks(scenario(&told), fail_after(Error(Kind::failure, "sibling"), 20)))),
                       "sibling", Error);
  CHECK(told == 1);
}

TEST_CASE("the system clock advances, and random numbers are between 0 and 1") {
  Clock& clock = Clock::system();
  const auto before = clock.now();
  Runtime runtime(1);
  runtime.run(clock.sleep(milliseconds(2)));
  CHECK(clock.now() - before >= milliseconds(2));
  for (int i = 0; i < 1000; ++i) {
    const double chance = clock.uniform();
    CHECK((chance >= 0 && chance < 1));
  }
}
