#include "cli/progress/layout.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace eka;
using namespace std::chrono_literals;
using cli::Activity;
using cli::Line;
using engine::Stage;

namespace {

constexpr Activity::Time beginning{};

std::string drawn(const std::vector<Line>& lines) {
  std::string out = "\n";
  for (const auto& line : lines) out += line.head + line.rest + "\n";
  return out;
}

std::string drawn(const Activity& activity, Activity::Time now, std::size_t width, bool unicode = true) {
  return drawn(cli::live_lines(activity, now, {width, unicode}));
}

// A plan of 60 atoms in the middle of its work.
Activity busy_plan() {
  Activity activity(beginning);
  activity.expect(60);
  for (int i = 0; i < 34; ++i) activity.planned();
  activity.began(Stage::transfer, "https://git.example.org/team/packages/set-01.git", beginning);
  activity.ended(Stage::transfer, "https://git.example.org/team/packages/set-01.git");
  activity.began(Stage::fetch_closure, "https://git.example.org/team/packages/set-02.git::server", beginning + 1s);
  activity.began(Stage::transfer, "https://git.example.org/team/packages/set-02.git", beginning + 7s);
  activity.began(Stage::evaluate, "./set::server", beginning + 8s);
  for (int tick = 0; tick <= 110; ++tick) {
    activity.received(static_cast<std::uint64_t>(tick) * 20'000, beginning + tick * 100ms);
  }
  return activity;
}

}  // namespace

TEST_CASE("a plan at work, on terminals of three widths") {
  const auto activity = busy_plan();
  CHECK(drawn(activity, beginning + 11s, 200) == R"(
fetching  [===========>        ]  34 of 60 atoms  1 of 2 remotes  2.2 MB  200 kB/s  11 s
  fetching https://git.example.org/team/packages/set-02.git  4.0 s
  evaluating ./set::server  3.0 s
)");
  CHECK(drawn(activity, beginning + 11s, 80) == R"(
fetching  34 of 60 atoms  1 of 2 remotes  2.2 MB  200 kB/s  11 s
  fetching https://git.example.org/team/packages/set-02.git  4.0 s
  evaluating ./set::server  3.0 s
)");
  CHECK(drawn(activity, beginning + 11s, 40) == R"(
fetching  34 of 60 atoms  2.2 MB  11 s
  fetching https:…ges/set-02.git  4.0 s
  evaluating ./set::server  3.0 s
)");
}

TEST_CASE("without UTF-8 only ASCII is drawn") {
  Activity activity(beginning);
  activity.began(Stage::evaluate, "./ünïcödé-set-with-a-long-name::server", beginning);
  CHECK(drawn(activity, beginning + 3s, 40, false) == R"(
evaluating  3.0 s
  evaluating ./?n?...ame::server  3.0 s
)");
}

TEST_CASE("busy servers and retries are named first") {
  Activity activity(beginning);
  activity.began(Stage::transfer, "http://h/set.git", beginning);
  activity.began(Stage::wait, "http://h (busy: HTTP status 429, asks for 35 s)", beginning + 1s);
  activity.retrying("http://other/set.git: connection reset by the server", beginning + 2s);
  CHECK(drawn(activity, beginning + 3s, 80) == R"(
fetching  0 of 1 remote  3.0 s
  waiting for http://h (busy: HTTP status 429, asks for 35 s)  2.0 s
  retrying http://other/set.git: connection reset by the server
  fetching http://h/set.git  3.0 s
)");
  // A retry of long ago is of no interest.
  CHECK(drawn(activity, beginning + 8s, 80).find("retrying") == std::string::npos);
}

TEST_CASE("there are at most six lines, and the rest is counted") {
  Activity activity(beginning);
  for (int i = 0; i < 9; ++i) activity.began(Stage::build, "part-" + std::to_string(i), beginning + i * 1s);
  CHECK(drawn(activity, beginning + 60s, 80) == R"(
building  1 min 0 s
  building part-0  1 min 0 s
  building part-1  59 s
  building part-2  58 s
  building part-3  57 s
  and 5 more
)");
}

TEST_CASE("a run that plans nothing counts atoms") {
  Activity activity(beginning);
  CHECK(drawn(activity, beginning, 80) == "\npreparing  0.0 s\n");
  activity.counted(212, 120);
  activity.began(Stage::fetch_closure, "server.lock", beginning);
  CHECK(drawn(activity, beginning + 1s, 80) == "\nfetching  [===========>        ]  120 of 212 atoms  1.0 s\n");
  activity.ended(Stage::fetch_closure, "server.lock");
  activity.counted(212, 212);
  CHECK(drawn(activity, beginning + 1s, 80) == "\nfinishing  [====================]  212 of 212 atoms  1.0 s\n");
}

TEST_CASE("no line reaches the width of the terminal, however narrow it is") {
  auto activity = busy_plan();
  activity.began(Stage::evaluate, "日本語のパッケージ名日本語のパッケージ名::日本語", beginning);
  activity.retrying("http://other/set.git: connection reset by the server", beginning + 10s);
  for (std::size_t width = 20; width < 120; ++width) {
    for (const auto& line : cli::live_lines(activity, beginning + 11s, {width, true})) {
      CAPTURE(width);
      CHECK(columns_of(line.head + line.rest) < width);
    }
  }
}

TEST_CASE("for a pipe, the same is one line") {
  CHECK(cli::plain_line(busy_plan(), beginning + 11s) ==
        "fetching: 34 of 60 atoms, 1 of 2 remotes, 2.2 MB, 200 kB/s, 11 s; "
        "fetching https://git.example.org/team/packages/set-02.git for 4.0 s");
  CHECK(cli::plain_line(Activity(beginning), beginning + 5s) == "preparing: 5.0 s");
}
