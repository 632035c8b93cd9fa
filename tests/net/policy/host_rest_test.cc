// Waits for busy hosts, with a clock that only sleeping moves.
#include "net/policy/host_rest.h"

#include <vector>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "tests/coro/waiting.h"
#include "tests/net/fake_clock.h"

namespace eka::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using Answer = std::pair<long, std::optional<seconds>>;

// A host that gives these answers in turn, then 200. Every request takes a turn of the reactor.
struct World {
  coro::Task<long> ask(Patience patience = Patience::waits, std::string host = "http://h") {
    HostRests::Ticket ticket;
    ticket.patience = patience;
    while (true) {
      HostRests::Turn turn = co_await rests.enter(host, &ticket);
      sent.push_back(std::chrono::duration_cast<milliseconds>(clock.now() - begin));
      Answer answer{200, {}};
      if (!answers.empty()) {
        answer = answers.front();
        answers.erase(answers.begin());
      }
      co_await coro::yield();
      turn.answered(answer.first, answer.second, &ticket);
      if (answer.first < 400 || !rests.may_wait(host, ticket)) co_return answer.first;
    }
  }
  std::vector<Result<long>> ask_together(int times) {
    std::vector<coro::Task<long>> all;
    for (int i = 0; i < times; ++i) all.push_back(ask());
    return runtime.run(coro::gather(std::move(all)));
  }

  coro::Runtime runtime{1};
  test::FakeClock clock;
  const std::chrono::steady_clock::time_point begin = clock.now();
  int waits = 0;
  HostRests rests{clock, seconds(60), [this](const HostRests::Wait& wait) { waits += wait.ended ? 0 : 1; }};
  std::vector<Answer> answers;
  std::vector<milliseconds> sent;
};

}  // namespace

TEST_CASE("host rest: requests together wait once, then one is sent before the others") {
  World world;
  world.answers.assign(5, {429, seconds(35)});
  world.answers.emplace_back(503, std::nullopt);
  for (const auto& result : world.ask_together(5)) CHECK(result.value() == 200);
  CHECK(world.clock.slept == milliseconds(35'000 + 600));
  CHECK(world.waits == 2);
  CHECK(world.sent.size() == 5 + 1 + 5);
  CHECK(world.sent[5] == seconds(35));
  CHECK(world.sent[6] == milliseconds(35'600));
  CHECK_FALSE(world.rests.is_resting("http://h"));
}

TEST_CASE("host rest: a response to an earlier request does not end the rest") {
  World world;
  world.answers = {{429, seconds(20)}, {200, {}}};
  for (const auto& result : world.ask_together(2)) CHECK(result.value() == 200);
  CHECK(world.sent == std::vector<milliseconds>{seconds(0), seconds(0), seconds(20)});
}

TEST_CASE("host rest: other hosts do not wait") {
  World world;
  world.answers = {{429, seconds(61)}};
  CHECK(world.runtime.run(world.ask()) == 429);
  CHECK(world.runtime.run(world.ask(Patience::waits, "http://other")) == 200);
  CHECK(world.clock.slept.count() == 0);
}

TEST_CASE("host rest: the limit counts from the first busy response, for all requests") {
  World world;
  world.answers.assign(100, {503, seconds(25)});
  for (const auto& result : world.ask_together(3)) {
    if (result) {
      CHECK(*result == 503);
    } else {
      CHECK(result.error().is_retryable());
      CHECK(result.error().hint().contains("25 s"));
    }
  }
  CHECK(world.clock.slept == seconds(50));
  CHECK(world.sent.size() == 3 + 2);
  // A later request is not sent before the time, and then once.
  CHECK_THROWS_AS(world.runtime.run(world.ask()), HttpError);
  CHECK(world.sent.size() == 5);
  world.clock.pass(seconds(25));
  CHECK(world.runtime.run(world.ask()) == 503);
  CHECK(world.sent.size() == 6);
  CHECK(world.clock.slept == seconds(50));
}

TEST_CASE("host rest: a request whose own status stays busy is given up although others succeed") {
  World world;
  HostRests::Ticket ticket;
  const auto refuse = [&]() -> coro::Task<bool> {
    HostRests::Turn turn = co_await world.rests.enter("http://h", &ticket);
    turn.answered(429, seconds(20), &ticket);
    co_return world.rests.may_wait("http://h", ticket);
  };
  const auto serve = [&]() -> coro::Task<> {
    HostRests::Ticket other;
    HostRests::Turn turn = co_await world.rests.enter("http://h", &other);
    turn.answered(200, {}, &other);
  };
  for (const bool again : {true, true, true, false}) {
    CHECK(world.runtime.run(refuse()) == again);
    if (again) world.runtime.run(serve());
  }
}

TEST_CASE("host rest: a request without a response lets the next one try") {
  World world;
  world.answers = {{429, seconds(5)}};
  const auto lose = [&]() -> coro::Task<> {
    HostRests::Ticket ticket;
    const HostRests::Turn turn = co_await world.rests.enter("http://h", &ticket);
    CHECK(turn.is_probe());
    co_await coro::yield();
    throw Error(Kind::remote, "reset");
  };
  const auto first = [&]() -> coro::Task<> {
    HostRests::Ticket ticket;
    HostRests::Turn turn = co_await world.rests.enter("http://h", &ticket);
    turn.answered(429, seconds(5), &ticket);
  };
  world.answers.clear();
  world.runtime.run(first());
  const auto both = [&]() -> coro::Task<> {
    std::vector<coro::Task<>> tasks;
    tasks.push_back(lose());
    const auto follow = [&]() -> coro::Task<> {
      coro::Task<long> asking = world.ask();
      (void)co_await std::move(asking);
    };
    tasks.push_back(follow());
    auto results = co_await coro::gather(std::move(tasks));
    CHECK_FALSE(results[0].has_value());
    CHECK(results[1].has_value());
  };
  world.runtime.run(both());
  CHECK(world.clock.slept == seconds(5));
}

TEST_CASE("host rest: a hasty request never waits") {
  World world;
  world.answers = {{503, std::nullopt}};
  CHECK(world.runtime.run(world.ask(Patience::hasty)) == 503);
  CHECK_THROWS_AS(world.runtime.run(world.ask(Patience::hasty)), HttpError);
  CHECK(world.sent.size() == 1);
  world.clock.pass(seconds(1));
  CHECK(world.runtime.run(world.ask(Patience::hasty)) == 200);
  CHECK(world.clock.slept.count() == 0);
}

TEST_CASE("host rest: a cancelled waiter leaves the queue to the next") {
  World world;
  world.answers = {{429, seconds(30)}};
  const auto scenario = [&]() -> coro::Task<> {
    HostRests::Ticket ticket;
    {
      HostRests::Turn turn = co_await world.rests.enter("http://h", &ticket);
      turn.answered(429, seconds(30), &ticket);
    }
    world.answers.clear();
    const auto executor = co_await asio::this_coro::executor;
    coro::TaskGroup cancelled(executor);
    const auto wait = [&]() -> coro::Task<> {
      coro::Task<long> asking = world.ask();
      (void)co_await std::move(asking);
    };
    cancelled.start(wait());
    co_await coro::yield();
    cancelled.cancel();
    coro::Task<long> asking = world.ask();
    const long status = co_await std::move(asking);
    CHECK(status == 200);
    co_await cancelled.join();
  };
  world.runtime.run(scenario());
}

}  // namespace eka::net
