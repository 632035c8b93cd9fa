#include "cli/progress/activity.h"

#include <doctest/doctest.h>

using namespace eka;
using namespace std::chrono_literals;
using cli::Activity;
using engine::Stage;

namespace {

constexpr Activity::Time start{};

}  // namespace

TEST_CASE("what only waits for requests is not under way itself; the oldest is first") {
  Activity activity(start);
  activity.began(Stage::fetch_closure, "::a", start);
  activity.began(Stage::transfer, "http://h/1", start + 2s);
  activity.began(Stage::evaluate, "::b", start + 1s);
  const auto units = activity.under_way();
  REQUIRE(units.size() == 2);
  CHECK(units[0].what == "::b");
  CHECK(units[1].what == "http://h/1");
  activity.ended(Stage::evaluate, "::b");
  CHECK(activity.under_way().size() == 1);
}

TEST_CASE("the stage is the earliest that is under way, whatever requests do") {
  Activity activity(start);
  CHECK_FALSE(activity.stage());
  activity.began(Stage::transfer, "http://h/1", start);
  CHECK(activity.stage() == Stage::transfer);
  activity.began(Stage::evaluate, "::b", start);
  CHECK(activity.stage() == Stage::evaluate);
  activity.began(Stage::fetch_closure, "::a", start);
  CHECK(activity.stage() == Stage::fetch_closure);
  activity.ended(Stage::fetch_closure, "::a");
  CHECK(activity.stage() == Stage::evaluate);
}

TEST_CASE("units of one name may overlap, and an end without a beginning is ignored") {
  Activity activity(start);
  activity.ended(Stage::transfer, "http://h/1");
  activity.began(Stage::transfer, "http://h/1", start);
  activity.began(Stage::transfer, "http://h/1", start + 1s);
  CHECK(activity.under_way().size() == 2);
  CHECK(activity.remotes() == 1);
  CHECK(activity.remotes_done() == 0);
  activity.ended(Stage::transfer, "http://h/1");
  CHECK(activity.remotes_done() == 0);
  activity.ended(Stage::transfer, "http://h/1");
  CHECK(activity.remotes_done() == 1);
  CHECK(activity.under_way().empty());
}

TEST_CASE("the rate is that of the last three seconds") {
  Activity activity(start);
  CHECK(activity.rate(start) == 0);
  for (int tick = 0; tick <= 100; ++tick)
    activity.received(static_cast<std::uint64_t>(tick) * 1000, start + tick * 100ms);
  CHECK(activity.bytes() == 100'000);
  CHECK(activity.rate(start + 10s) == 10'000);
  // Then nothing more arrives.
  for (int tick = 101; tick <= 150; ++tick) activity.received(100'000, start + tick * 100ms);
  CHECK(activity.rate(start + 15s) == 0);
}

TEST_CASE("hostile names are stored printable") {
  Activity activity(start);
  activity.began(Stage::transfer, "http://h/\x1b[2J\n", start);
  CHECK(activity.under_way().front().what == "http://h/\\x1b[2J\\x0a");
  activity.ended(Stage::transfer, "http://h/\x1b[2J\n");
  CHECK(activity.under_way().empty());
  activity.retrying("http://h: \x1b]0;title\x07", start);
  CHECK(activity.retry()->text == "http://h: \\x1b]0;title\\x07");
}
