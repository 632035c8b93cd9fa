// The Fetcher with a cache and mirrors in memory: failed or cancelled callers do not affect others.
#include "engine/fetch/fetcher.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <system_error>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "coro/task/wakeup.h"
#include "net/policy/http_error.h"
#include "tests/coro/waiting.h"
#include "tests/sanitized.h"

using namespace eka;
using engine::Effort;
using engine::Fetcher;
using engine::Mirrors;
using engine::Published;
using Need = Fetcher::Need;

namespace {

atom::ObjectId object_id(std::uint8_t byte) {
  std::array<std::uint8_t, atom::ObjectId::size> bytes{};
  bytes.fill(byte);
  return atom::ObjectId(bytes);
}

Published atom_named(const std::string& label, std::uint8_t set = 1) {
  return {object_id(set), unwrap(atom::Label::parse(label)), unwrap(atom::Version::parse("1.0.0")),
          object_id(static_cast<std::uint8_t>(label.front()))};
}

atom::Url url(const std::string& host) {
  return unwrap(atom::Url::parse("https://" + host + ".invalid/r"));
}

class Notes final : public engine::Observer {
 public:
  void began(engine::Stage, std::string_view) override {}
  void ended(engine::Stage, std::string_view) override {}
  void note(std::string_view text) override { notes.emplace_back(text); }
  std::vector<std::string> notes;
};

// The outcome of a delivery.
enum class End { landed, refused, broken, disk_full, absent };

// A running delivery, which ends when the test ends it.
struct Call {
  atom::Url mirror;
  std::vector<Published> atoms;
  Effort effort;
  coro::Wakeup wakeup;
  std::optional<End> end;
};

class FakeDelivery final : public engine::Delivery {
 public:
  void check_writable() const override {}
  coro::Task<std::vector<Published>> missing(std::vector<Published> atoms) override {
    co_await coro::yield();
    std::erase_if(atoms, [&](const auto& atom) { return cached.contains(atom); });
    co_return atoms;
  }
  coro::Task<std::vector<atom::Url>> in_order(std::vector<atom::Url> mirrors) override { co_return mirrors; }

  coro::Task<> deliver(atom::Url mirror, std::vector<atom::ObjectId>, std::vector<Published> atoms,
                       Effort effort) override {
    calls.push_back({mirror, atoms, effort});
    std::optional<End> end = answer ? answer(mirror, atoms) : std::nullopt;
    if (!end) {
      Call call{mirror, atoms, effort, {}, {}};
      const auto place = pending.insert(pending.end(), &call);
      bool cancelled = false;
      co_await call.wakeup.wait([&] {
        cancelled = true;
        call.wakeup.notify();
      });
      pending.erase(place);
      if (cancelled) {
        if (on_cancel) on_cancel(atoms);
        throw Cancelled();
      }
      end = call.end;
    }
    finish(*end, mirror, atoms);
  }

  // Ends the oldest running delivery.
  void end_oldest(End how) {
    REQUIRE_FALSE(pending.empty());
    pending.front()->end = how;
    pending.front()->wakeup.notify();
  }

  struct Record {
    atom::Url mirror;
    std::vector<Published> atoms;
    Effort effort;
  };
  std::set<Published> cached;
  std::vector<Record> calls;
  std::vector<Record> failures;
  std::list<Call*> pending;
  // If it returns a value, the delivery ends at once with it.
  std::function<std::optional<End>(const atom::Url&, const std::vector<Published>&)> answer;
  std::function<void(const std::vector<Published>&)> on_cancel;

 private:
  void finish(End end, const atom::Url& mirror, const std::vector<Published>& atoms) {
    if (end != End::landed) failures.push_back({mirror, atoms, {}});
    switch (end) {
      case End::landed:
        cached.insert(atoms.begin(), atoms.end());
        return;
      case End::refused:
        throw Error(Kind::remote, mirror.str() + " refuses");
      case End::broken:
        throw Error(Kind::remote, mirror.str() + " broke").retryable();
      case End::absent:
        throw net::status_error(404, mirror.str(), {});
      case End::disk_full:
        throw std::filesystem::filesystem_error("write", std::make_error_code(std::errc::no_space_on_device));
    }
  }
};

struct FetcherWorld {
  FakeDelivery delivery;
  Notes notes;
  Fetcher fetcher{delivery, notes};
};

// A caller and its result.
struct Asker {
  std::vector<Published> atoms;
  Mirrors mirrors;
  Need need = Need::real;
  std::optional<std::string> outcome{};  // "ok", "cancelled", or the error message

  bool is_done() const { return outcome.has_value(); }
};

coro::Task<> ask(FetcherWorld* world, Asker* asker) {
  try {
    co_await world->fetcher.fetch(asker->atoms, asker->mirrors, asker->need);
    asker->outcome = "ok";
  } catch (const Error& error) {
    asker->outcome = error.message();
  } catch (...) {
    asker->outcome = "cancelled";
  }
}

coro::Task<> ask_in_one_turn(FetcherWorld* world, std::vector<Asker*> askers) {
  std::vector<coro::Task<>> tasks;
  for (auto* asker : askers) tasks.push_back(ask(world, asker));
  co_await coro::all(std::move(tasks));
}

void ask_at_once(FetcherWorld& world, std::vector<Asker*> askers) {
  coro::Runtime runtime(1);
  runtime.run(ask_in_one_turn(&world, std::move(askers)));
}

const Published a = atom_named("a"), b = atom_named("b"), c = atom_named("c"), shared = atom_named("s");
const Mirrors at_home{{object_id(1), {url("home")}}};
const Mirrors away{{object_id(1), {url("away")}}};

}  // namespace

TEST_CASE("callers of one turn share a request, and cached atoms are not requested again") {
  FetcherWorld world;
  world.delivery.answer = [](auto&&...) { return End::landed; };
  Asker one{{a, shared}, at_home}, two{{shared, b}, at_home}, later{{a, b, shared}, at_home};
  ask_at_once(world, {&one, &two});
  ask_at_once(world, {&later});
  CHECK(one.outcome == "ok");
  CHECK(two.outcome == "ok");
  CHECK(later.outcome == "ok");
  REQUIRE(world.delivery.calls.size() == 1);
  CHECK(world.delivery.calls[0].atoms == std::vector{a, shared, b});
}

TEST_CASE("the mirrors of all callers of one turn are merged") {
  FetcherWorld world;
  world.delivery.answer = [](const atom::Url& mirror, auto&&) {
    return mirror == url("away") ? End::landed : End::refused;
  };
  Asker one{{shared}, at_home}, two{{shared}, away};
  ask_at_once(world, {&one, &two});
  CHECK(one.outcome == "ok");
  CHECK(two.outcome == "ok");
  CHECK(world.delivery.calls.size() == 2);
}

TEST_CASE("an atom that cannot be fetched does not affect other callers") {
  for (const End failure : {End::refused, End::broken, End::disk_full}) {
    FetcherWorld world;
    world.delivery.answer = [&](auto&&, const std::vector<Published>& atoms) {
      return std::ranges::find(atoms, b) != atoms.end() ? failure : End::landed;
    };
    Asker good{{a, shared}, at_home}, hostile{{b, shared}, at_home}, other{{c}, at_home};
    ask_at_once(world, {&good, &hostile, &other});
    CHECK(good.outcome == "ok");
    CHECK(other.outcome == "ok");
    CHECK(hostile.outcome != "ok");
    CHECK(hostile.outcome != "cancelled");
  }
}

TEST_CASE("a failure that does not depend on the atoms is that of all callers, without more requests") {
  FetcherWorld world;
  world.delivery.answer = [](auto&&...) { return End::absent; };
  Asker one{{a, shared}, at_home}, two{{b, shared}, at_home}, three{{c}, at_home};
  ask_at_once(world, {&one, &two, &three});
  CHECK(one.outcome.value().contains("404"));
  CHECK(two.outcome == one.outcome);
  CHECK(three.outcome == one.outcome);
  CHECK(world.delivery.calls.size() == 1);

  // Except for one that knows another mirror, or where only one of the mirrors failed like that.
  world.delivery.calls.clear();
  world.delivery.answer = [](const atom::Url& mirror, auto&&) {
    return mirror == url("away") ? End::refused : End::absent;
  };
  const Mirrors both{{object_id(1), {url("home"), url("away")}}};
  Asker four{{a}, both}, five{{b}, both};
  ask_at_once(world, {&four, &five});
  CHECK(world.delivery.calls.size() == 2 + 2 * 2);
}

TEST_CASE("of several failed sets, the first in argument order is thrown") {
  FetcherWorld world;
  const Published elsewhere = atom_named("e", 2);
  world.delivery.answer = [](auto&&...) { return End::refused; };
  const Mirrors both{{object_id(1), {url("home")}}, {object_id(2), {url("away")}}};
  Asker one{{shared, elsewhere}, both}, two{{elsewhere, shared}, both};
  ask_at_once(world, {&one});
  ask_at_once(world, {&two});
  CHECK(one.outcome == "https://home.invalid/r refuses");
  CHECK(two.outcome == "https://away.invalid/r refuses");
}

TEST_CASE("failures are not cached: a later caller starts a new request, with the same or other mirrors") {
  for (const Mirrors& mirrors : {at_home, away}) {
    FetcherWorld world;
    End end = End::refused;
    world.delivery.answer = [&](auto&&...) { return end; };
    Asker first{{shared}, at_home}, later{{shared}, mirrors};
    ask_at_once(world, {&first});
    end = End::landed;
    ask_at_once(world, {&later});
    CHECK(first.outcome == "https://home.invalid/r refuses");
    CHECK(later.outcome == "ok");
  }
}

TEST_CASE("several mirrors are first tried without retries; then those with transient failures are retried") {
  FetcherWorld world;
  std::map<atom::Url, int> asked;
  world.delivery.answer = [&](const atom::Url& mirror, auto&&) {
    if (mirror == url("away")) return End::refused;
    return ++asked[mirror] == 1 ? End::broken : End::landed;
  };
  Asker asker{{a}, {{object_id(1), {url("away"), url("home")}}}};
  ask_at_once(world, {&asker});
  CHECK(asker.outcome == "ok");
  REQUIRE(world.delivery.calls.size() == 3);
  CHECK(world.delivery.calls[0].effort.hasty);
  CHECK(world.delivery.calls[1].effort.hasty);
  CHECK(world.delivery.calls[2].mirror == url("home"));
  CHECK_FALSE(world.delivery.calls[2].effort.hasty);
  CHECK(world.notes.notes.size() == 2);
}

TEST_CASE("a repository on this disk that lacks the object is not worth a note") {
  FetcherWorld world;
  const auto clone = unwrap(atom::Url::parse("file:///clone"));
  world.delivery.answer = [&](const atom::Url& mirror, auto&&) { return mirror == clone ? End::absent : End::landed; };
  Asker asker{{a}, {{object_id(1), {clone, url("home")}}}};
  ask_at_once(world, {&asker});
  CHECK(asker.outcome == "ok");
  CHECK(world.delivery.calls.size() == 2);
  CHECK(world.notes.notes.empty());
}

TEST_CASE("a single mirror is retried at once; speculative requests neither retry nor report") {
  FetcherWorld world;
  world.delivery.answer = [](auto&&...) { return End::broken; };
  Asker real{{a}, at_home}, speculative{{b}, at_home, Need::speculative};
  ask_at_once(world, {&real});
  REQUIRE(world.delivery.calls.size() == 1);
  CHECK_FALSE(world.delivery.calls[0].effort.hasty);
  CHECK_FALSE(world.delivery.calls[0].effort.quiet);
  ask_at_once(world, {&speculative});
  REQUIRE(world.delivery.calls.size() == 2);
  CHECK(world.delivery.calls[1].effort.hasty);
  CHECK(world.delivery.calls[1].effort.quiet);
  CHECK(world.notes.notes.empty());
}

TEST_CASE("the failure of a speculative order does not fail a real request that joined it") {
  FetcherWorld world;
  Asker speculative{{shared}, at_home, Need::speculative}, real{{shared}, at_home};
  const auto scenario = [](FetcherWorld* its, Asker* first, Asker* second) -> coro::Task<> {
    coro::TaskGroup group(co_await asio::this_coro::executor);
    group.start(ask(its, first));
    co_await coro::yield(10);
    group.start(ask(its, second));
    co_await coro::yield(10);
    CHECK(its->delivery.calls.size() == 1);
    its->delivery.end_oldest(End::broken);
    co_await coro::yield(10);
    CHECK(first->is_done());
    CHECK_FALSE(second->is_done());
    its->delivery.end_oldest(End::landed);
    co_await group.join();
  };
  coro::Runtime(1).run(scenario(&world, &speculative, &real));
  CHECK(speculative.outcome == "https://home.invalid/r broke");
  CHECK(real.outcome == "ok");
  CHECK_FALSE(world.delivery.calls.back().effort.quiet);
}

TEST_CASE("the failure of one mirror does not fail a caller that joined with another mirror") {
  FetcherWorld world;
  Asker one{{shared}, at_home}, two{{shared}, away};
  const auto scenario = [](FetcherWorld* its, Asker* first, Asker* second) -> coro::Task<> {
    coro::TaskGroup group(co_await asio::this_coro::executor);
    group.start(ask(its, first));
    co_await coro::yield(10);
    group.start(ask(its, second));
    co_await coro::yield(10);
    its->delivery.end_oldest(End::refused);
    co_await coro::yield(10);
    its->delivery.end_oldest(End::landed);
    co_await group.join();
  };
  coro::Runtime(1).run(scenario(&world, &one, &two));
  CHECK(one.outcome == "https://home.invalid/r refuses");
  CHECK(two.outcome == "ok");
  CHECK(world.delivery.calls.back().mirror == url("away"));
}

namespace {

// Two callers and the events of one test, one letter each:
//   A, B  this caller requests         a, b  it is cancelled
//   =     both request in one turn     L, F, R, X  the oldest delivery lands, is refused, breaks, meets a full disk
struct Story {
  FetcherWorld world;
  Asker one, two;
  bool one_asked = false, two_asked = false;
  bool one_cancelled = false, two_cancelled = false;

  bool wants(const Asker& asker, const std::vector<Published>& atoms) const {
    return std::ranges::any_of(atoms, [&](const auto& atom) {
      return std::ranges::find(asker.atoms, atom) != asker.atoms.end() && !world.delivery.cached.contains(atom);
    });
  }

  // Checks the result of a caller after all events.
  void check(const Asker& asker, bool cancelled) const {
    if (cancelled) return;
    CHECK(asker.is_done());
    if (!asker.is_done()) return;
    CHECK(asker.outcome != "cancelled");
    if (asker.outcome == "ok") {
      for (const auto& atom : asker.atoms) CHECK(world.delivery.cached.contains(atom));
      return;
    }
    // It may fail only because of a request for its own atoms alone, at one of its own mirrors.
    CHECK(std::ranges::any_of(world.delivery.failures, [&](const auto& failure) {
      const auto is_mine = [&](const auto& atom) { return std::ranges::find(asker.atoms, atom) != asker.atoms.end(); };
      const auto& mirrors = asker.mirrors.at(object_id(1));
      return std::ranges::all_of(failure.atoms, is_mine) && std::ranges::find(mirrors, failure.mirror) != mirrors.end();
    }));
  }

  // Whether the event can occur now.
  bool is_possible(char event) const {
    switch (event) {
      case 'A':
        return !one_asked;
      case 'B':
        return !two_asked;
      case '=':
        return !one_asked && !two_asked;
      case 'a':
        return one_asked && !one_cancelled;
      case 'b':
        return two_asked && !two_cancelled;
      default:
        return !world.delivery.pending.empty();
    }
  }
};

void happen(Story& story, char event, coro::TaskGroup& first, coro::TaskGroup& second) {
  if (event == 'A' || event == '=') first.start(ask(&story.world, &story.one));
  if (event == 'B' || event == '=') second.start(ask(&story.world, &story.two));
  if (event == 'a') story.one_cancelled = !story.one.is_done(), first.cancel();
  if (event == 'b') story.two_cancelled = !story.two.is_done(), second.cancel();
  if (event == 'L') story.world.delivery.end_oldest(End::landed);
  if (event == 'F') story.world.delivery.end_oldest(End::refused);
  if (event == 'R') story.world.delivery.end_oldest(End::broken);
  if (event == 'X') story.world.delivery.end_oldest(End::disk_full);
}

// Runs `turns` turns after each event. Returns false if an event cannot occur.
coro::Task<bool> play(Story* story, std::string_view events, int turns) {
  const auto executor = co_await asio::this_coro::executor;
  coro::TaskGroup first(executor), second(executor);
  bool possible = true;
  story->world.delivery.on_cancel = [story](const std::vector<Published>& atoms) {
    // No caller may still wait for it.
    CHECK((!story->one_asked || story->one_cancelled || story->one.is_done() || !story->wants(story->one, atoms)));
    CHECK((!story->two_asked || story->two_cancelled || story->two.is_done() || !story->wants(story->two, atoms)));
  };
  for (const char event : events) {
    possible = story->is_possible(event);
    if (!possible) break;
    story->one_asked = story->one_asked || event == 'A' || event == '=';
    story->two_asked = story->two_asked || event == 'B' || event == '=';
    happen(*story, event, first, second);
    co_await coro::yield(turns);
  }
  if (possible) {
    co_await coro::yield(40);
    for (int left = 20; left > 0 && !story->world.delivery.pending.empty(); --left) {
      story->world.delivery.end_oldest(End::landed);
      co_await coro::yield(40);
    }
    if (story->one_asked) story->check(story->one, story->one_cancelled);
    if (story->two_asked) story->check(story->two, story->two_cancelled);
    CHECK(story->world.delivery.pending.empty());
  }
  // The checks above report callers that hang; cancel them here.
  story->world.delivery.on_cancel = nullptr;
  first.cancel();
  second.cancel();
  std::vector<coro::Task<>> ends;
  ends.push_back(first.join());
  ends.push_back(second.join());
  co_await coro::gather(std::move(ends));
  co_return possible;
}

// Plays every sequence of at most `length` events; impossible sequences are not extended.
struct Theatre {
  coro::Runtime runtime{1};
  Asker one, two;
  int turns = 0;
  int played = 0;

  void play_all(std::string& events, std::size_t length) {
    for (const char event : std::string_view("AB=abLFRX")) {
      events.push_back(event);
      Story story{{}, one, two};
      CAPTURE(events);
      CAPTURE(turns);
      if (runtime.run(play(&story, events, turns))) {
        ++played;
        if (events.size() < length) play_all(events, length);
      }
      events.pop_back();
    }
  }
};

}  // namespace

TEST_CASE("two callers: in every order of events, each gets its own result") {
  const Mirrors both{{object_id(1), {url("home"), url("away")}}};
  struct Pair {
    Asker one, two;
  };
  const Pair pairs[] = {
      {{{shared}, at_home}, {{shared}, at_home}},
      {{{shared}, at_home}, {{shared}, away}},
      {{{a, shared}, at_home}, {{shared, b}, at_home}},
      {{{a}, at_home}, {{b}, at_home}},
      {{{a, shared}, both}, {{shared, b}, away}},
      {{{shared}, at_home, Need::speculative}, {{shared, b}, at_home}},
  };
  // One event more takes five times as long; the build without sanitizers runs them.
  constexpr std::size_t length = test::sanitized ? 4 : 5;
  int played = 0;
  for (const auto& pair : pairs) {
    // Turns between events: from simultaneous events to events that find everything idle.
    for (const int turns : {0, 1, 2, 4, 30}) {
      Theatre theatre{.one = pair.one, .two = pair.two, .turns = turns};
      std::string events;
      theatre.play_all(events, length);
      played += theatre.played;
    }
  }
  MESSAGE("sequences: ", played);
  CHECK(played > (test::sanitized ? 4'000 : 10'000));
}
