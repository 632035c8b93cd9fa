// Retries, with recorded conversations replayed by a session with scripted failures, and a fake clock.
#include "git/remote/wire_remote.h"

#include <deque>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "git/wire/fetch.h"
#include "net/policy/http_error.h"
#include "tests/git/in_memory.h"
#include "tests/git/repository.h"

namespace eka::git {
namespace {

const Capabilities remote_capabilities =
    Capabilities::from_text("agent=git\nls-refs\nfetch=shallow\nobject-format=sha1\n");

class OurClock final : public coro::Clock {
 public:
  std::chrono::steady_clock::time_point now() override { return now_; }
  std::chrono::system_clock::time_point date() override { return {}; }
  coro::Task<> sleep(std::chrono::milliseconds time) override {
    now_ += time;
    slept += time;
    co_return;
  }
  double uniform() override { return 0.5; }

  std::chrono::milliseconds slept{0};

 private:
  std::chrono::steady_clock::time_point now_{};
};

// The outcome of one command: an error, or these bytes and then possibly an error.
struct Turn {
  std::optional<Error> refused;
  std::string bytes;
  std::optional<Error> broken;
  std::optional<std::chrono::seconds> retry_after;
  std::chrono::milliseconds pause{0};  // before each piece
};

class PlayedAnswer final : public Answer {
 public:
  PlayedAnswer(Turn turn, coro::Clock& clock) : turn_(std::move(turn)), clock_(clock) {}
  coro::Task<std::string_view> read() override {
    if (turn_.pause.count() > 0) co_await clock_.sleep(turn_.pause);
    const std::string_view piece = std::string_view(turn_.bytes).substr(at_, 1000);
    at_ += piece.size();
    if (piece.empty() && turn_.broken) throw Error(*turn_.broken);
    co_return piece;
  }

 private:
  Turn turn_;
  coro::Clock& clock_;
  std::size_t at_ = 0;
};

class PlayedSession final : public Session {
 public:
  PlayedSession(std::deque<Turn>& turns, std::vector<net::Patience>& patience, int fresh_starts, coro::Clock& clock)
      : turns_(turns), patience_(patience), fresh_starts_(fresh_starts), clock_(clock) {}
  bool persists_across_requests() const override { return fresh_starts_ == 0; }
  coro::Task<Capabilities> capabilities(Certainty, net::Patience patience) override {
    patience_.push_back(patience);
    co_return capabilities_;
  }
  coro::Task<std::unique_ptr<Answer>> exchange(Command command) override {
    patience_.push_back(command.patience);
    ++traffic().requests;
    REQUIRE_FALSE(turns_.empty());
    Turn turn = std::move(turns_.front());
    turns_.pop_front();
    if (turn.refused) throw net::HttpError(*turn.refused, turn.retry_after ? 429 : 0, turn.retry_after);
    std::unique_ptr<Answer> answer = std::make_unique<PlayedAnswer>(std::move(turn), clock_);
    co_return answer;
  }
  coro::Task<std::unique_ptr<V0Conversation>> converse_in_v0(Purpose, net::Patience) override {
    throw Error(Kind::failure, "not played");
  }
  bool gives_by_id() const override { return gives_by_id_; }
  void refuses_ids() override { gives_by_id_ = false; }
  bool start_afresh(const Error&, unsigned begun_in) override {
    if (begun_in != generation_) return true;
    if (fresh_starts_ == 0) return false;
    --fresh_starts_;
    ++generation_;
    return true;
  }
  unsigned generation() const override { return generation_; }

 private:
  Capabilities capabilities_ = eka::git::remote_capabilities;
  std::deque<Turn>& turns_;
  std::vector<net::Patience>& patience_;  // of each call
  int fresh_starts_;
  coro::Clock& clock_;
  unsigned generation_ = 0;
  bool gives_by_id_ = true;
};

struct World {
  World() {
    test::make_repository(home.path());
    id = unwrap(atom::ObjectId::parse(test::shell(home.path(), "git rev-parse main").substr(0, 40)));
    ls_refs = test::upload_pack(home.path(), ls_refs_request(remote_capabilities, {}));
    fetch = test::upload_pack(home.path(), unwrap(fetch_request(remote_capabilities, std::vector{id}, FetchOptions())));
  }
  WireRemote open(int fresh_starts = 0) {
    return WireRemote(unwrap(atom::Url::parse("https://h.example/r")),
                      std::make_unique<PlayedSession>(turns, patience, fresh_starts, clock), policy, clock);
  }

  test::TemporaryDirectory home;
  coro::Runtime runtime{1};
  OurClock clock;
  coro::RetryPolicy policy = net::request_policy({});
  std::deque<Turn> turns;
  std::vector<net::Patience> patience;
  atom::ObjectId id;
  std::string ls_refs, fetch;
};

Error reset() {
  return Error(Kind::remote, "connection reset").retryable();
}
Error forbidden() {
  return Error(Kind::remote, "forbidden");
}

}  // namespace

TEST_CASE("wire remote: transient failures are retried and counted") {
  World world;
  world.turns.push_back({.refused = reset(), .bytes = {}, .broken = {}, .retry_after = {}, .pause = {}});
  world.turns.push_back(
      {.refused = {}, .bytes = world.ls_refs.substr(0, 100), .broken = reset(), .retry_after = {}, .pause = {}});
  world.turns.push_back(
      {.refused = {}, .bytes = world.ls_refs.substr(0, 100), .broken = {}, .retry_after = {}, .pause = {}});
  world.turns.push_back({.refused = {}, .bytes = world.ls_refs, .broken = {}, .retry_after = {}, .pause = {}});
  WireRemote remote = world.open();
  CHECK(world.runtime.run(remote.ls_refs({})).size() == 8);
  CHECK(remote.traffic().retries == 3);
  CHECK(remote.traffic().requests == 4);
  CHECK(world.clock.slept.count() > 0);
}

TEST_CASE("wire remote: rejections and protocol errors are not retried") {
  World world;
  WireRemote remote = world.open();
  world.turns.push_back({.refused = forbidden(), .bytes = {}, .broken = {}, .retry_after = {}, .pause = {}});
  CHECK_THROWS_AS(world.runtime.run(remote.ls_refs({})), Error);
  world.turns.push_back({.refused = {}, .bytes = "0003", .broken = {}, .retry_after = {}, .pause = {}});
  CHECK_THROWS_AS(world.runtime.run(remote.ls_refs({})), Error);
  CHECK(remote.traffic().retries == 0);
}

TEST_CASE("wire remote: a host that was busy for too long is not asked again") {
  World world;
  const Turn busy{.refused = reset(), .bytes = {}, .broken = {}, .retry_after = std::chrono::seconds(7), .pause = {}};
  WireRemote remote = world.open();
  world.turns.push_back(busy);
  CHECK_THROWS_AS(world.runtime.run(remote.ls_refs({})), Error);
  world.turns.push_back(busy);
  test::StringSink sink;
  CHECK_THROWS_AS(world.runtime.run(remote.fetch({world.id}, sink)), Error);
  CHECK(world.clock.slept.count() == 0);
  CHECK(remote.traffic().retries == 0);
}

TEST_CASE("wire remote: only hasty fetches do not wait for a busy host") {
  World world;
  WireRemote remote = world.open();
  const Turn pack{.refused = {}, .bytes = world.fetch, .broken = {}, .retry_after = {}, .pause = {}};
  for (const bool hasty : {true, false}) {
    world.turns.push_back(pack);
    FetchOptions options;
    options.hasty = hasty;
    test::StringSink sink;
    world.runtime.run(remote.fetch({world.id}, sink, options));
    const net::Patience expected = hasty ? net::Patience::hasty : net::Patience::waits;
    CHECK(world.patience == std::vector{expected, expected});  // for the capabilities and the command
    world.patience.clear();
  }
}

TEST_CASE("wire remote: a session that does not persist is restarted once") {
  World world;
  WireRemote remote = world.open(1);
  world.turns.push_back({.refused = forbidden(), .bytes = {}, .broken = {}, .retry_after = {}, .pause = {}});
  world.turns.push_back({.refused = {}, .bytes = world.ls_refs, .broken = {}, .retry_after = {}, .pause = {}});
  CHECK(world.runtime.run(remote.ls_refs({})).size() == 8);
  CHECK(remote.traffic().retries == 1);
  world.turns.push_back({.refused = forbidden(), .bytes = {}, .broken = {}, .retry_after = {}, .pause = {}});
  CHECK_THROWS_AS(world.runtime.run(remote.ls_refs({})), Error);
}

TEST_CASE("wire remote: a fetch is retried until its first byte has been delivered") {
  World world;
  WireRemote remote = world.open();
  const std::vector wants = {world.id};
  test::StringSink sink;
  world.turns.push_back(
      {.refused = {}, .bytes = world.fetch.substr(0, 10), .broken = reset(), .retry_after = {}, .pause = {}});
  world.turns.push_back({.refused = {}, .bytes = world.fetch, .broken = {}, .retry_after = {}, .pause = {}});
  world.runtime.run(remote.fetch(wants, sink));
  CHECK(sink.pack.starts_with("PACK"));
  CHECK(remote.traffic().retries == 1);

  SUBCASE("after that, the caller must restart it") {
    for (const bool broken : {true, false}) {
      Turn turn{.refused = {}, .bytes = world.fetch.substr(0, 80'000), .broken = {}, .retry_after = {}, .pause = {}};
      if (broken) turn.broken = reset();
      world.turns.push_back(turn);
      test::StringSink cut;
      try {
        world.runtime.run(remote.fetch(wants, cut));
        FAIL("fetched");
      } catch (const Error& error) {
        CHECK(error.is_retryable());
        CHECK(error.context().at(0) == "fetching from https://h.example/r");
      }
      CHECK_FALSE(cut.pack.empty());
    }
    CHECK(remote.traffic().retries == 1);
  }
}

TEST_CASE("wire remote: a rejected id is looked up by ref, and the host remembered") {
  World world;
  WireRemote remote = world.open();
  FetchOptions options;
  options.known_refs.push_back({world.id, "refs/heads/main"});
  const Turn refusal{
      .refused = {}, .bytes = "0028ERR upload-pack: not our ref 1234567", .broken = {}, .retry_after = {}, .pause = {}};
  const Turn refs{.refused = {}, .bytes = world.ls_refs, .broken = {}, .retry_after = {}, .pause = {}};
  const Turn pack{.refused = {}, .bytes = world.fetch, .broken = {}, .retry_after = {}, .pause = {}};
  test::StringSink sink;
  for (const Turn& turn : {refusal, refs, pack}) world.turns.push_back(turn);
  world.runtime.run(remote.fetch({world.id}, sink, options));
  CHECK(sink.pack.starts_with("PACK"));
  CHECK(remote.traffic().requests == 3);
  CHECK(remote.traffic().retries == 0);

  for (const Turn& turn : {refs, pack}) world.turns.push_back(turn);
  test::StringSink again;
  world.runtime.run(remote.fetch({world.id}, again, options));
  CHECK(again.pack == sink.pack);

  for (const Turn& turn : {refs, refusal}) world.turns.push_back(turn);
  test::StringSink none;
  CHECK_THROWS_AS(world.runtime.run(remote.fetch({world.id}, none, options)), ObjectsRefused);
}

TEST_CASE("wire remote: what a server lacks is not requested without it") {
  World world;
  WireRemote remote = world.open();
  FetchOptions options;
  options.filter = Filter::trees;
  options.filter_required = true;
  test::StringSink whole;
  CHECK_THROWS_AS(world.runtime.run(remote.fetch({world.id}, whole, options)), CapabilityMissing);
  CHECK(remote.traffic().requests == 0);
}

TEST_CASE("wire remote: a failure is not retryable after the last attempt; a hasty fetch makes one attempt") {
  World world;
  WireRemote remote = world.open();
  const auto fetch = [&](bool hasty) {
    FetchOptions options;
    options.hasty = hasty;
    test::StringSink sink;
    try {
      world.runtime.run(remote.fetch({world.id}, sink, options));
    } catch (const Error& error) {
      return error;
    }
    return Error(Kind::failure, "it was fetched");
  };
  const auto fail_times = [&](int times) {
    for (int i = 0; i < times; ++i) {
      world.turns.push_back({.refused = reset(), .bytes = {}, .broken = {}, .retry_after = {}, .pause = {}});
    }
  };
  fail_times(1);
  const Error hasty = fetch(true);
  CHECK(hasty.message() == "connection reset");
  CHECK(hasty.is_retryable());
  CHECK(remote.traffic().retries == 0);
  fail_times(4);
  const Error patient = fetch(false);
  CHECK(patient.message() == "connection reset");
  CHECK(patient.context().at(0) == "fetching from https://h.example/r");
  CHECK_FALSE(patient.is_retryable());
  CHECK(remote.traffic().retries == 3);
}

TEST_CASE("wire remote: a server that sends only keep-alives is aborted") {
  World world;
  WireRemote remote = world.open();
  std::string endless = "000dpackfile\n";
  std::string again = "0005\x01";
  SUBCASE("empty pieces of the pack and progress") {
    again += "0008\x02...";
  }
  SUBCASE("only empty pieces of the pack") {}
  SUBCASE("lines before the pack") {
    endless = "0014acknowledgments\n";
    again = "0008NAK\n0004";
  }
  while (endless.size() < 1'000'000) endless += again;
  for (int i = 0; i < 4; ++i) {
    world.turns.push_back(
        {.refused = {}, .bytes = endless, .broken = {}, .retry_after = {}, .pause = std::chrono::seconds(5)});
  }
  test::StringSink sink;
  try {
    world.runtime.run(remote.fetch({world.id}, sink));
    FAIL("fetched");
  } catch (const Error& error) {
    CHECK(error.message().contains("no pack data"));
  }
  CHECK(sink.pack.empty());
  CHECK(world.clock.slept < std::chrono::hours(2));
}

TEST_CASE("wire remote: a progress line of ten megabytes is reported once, truncated and escaped") {
  World world;
  WireRemote remote = world.open();
  PacketWriter talk;
  talk.line("packfile");
  for (int i = 0; i < 200; ++i) talk.data("\x02" + std::string(50'000, '\x1b'));
  const std::string pack = world.fetch.substr(world.fetch.find("packfile\n") + 9);
  world.turns.push_back({.refused = {},
                         .bytes = std::move(talk.data("\x02\n")).take() + pack,
                         .broken = {},
                         .retry_after = {},
                         .pause = {}});
  FetchOptions options;
  std::vector<std::string> lines;
  options.progress = [&lines](std::string_view line) { lines.emplace_back(line); };
  test::StringSink sink;
  world.runtime.run(remote.fetch({world.id}, sink, options));
  CHECK(sink.pack.starts_with("PACK"));
  REQUIRE_FALSE(lines.empty());
  CHECK(lines[0].size() < 2000);
  CHECK_FALSE(lines[0].contains('\x1b'));
  for (const std::string& line : lines) CHECK((line == lines[0]) == (&line == &lines[0]));
}

}  // namespace eka::git
