#include "atom/config/cutoff.h"

#include <doctest/doctest.h>

using namespace eka;

namespace {

std::string at(std::string_view text) {
  const auto now = unwrap(atom::Cutoff::parse("2026-11-28T01:02:03Z")).at({});
  return atom::timestamp(unwrap(atom::Cutoff::parse(text)).at(now));
}

}  // namespace

TEST_CASE("a cutoff is a date, a timestamp or an age") {
  CHECK(at("2026-11-20") == "2026-11-20T00:00:00Z");
  CHECK(at("2024-02-29") == "2024-02-29T00:00:00Z");
  CHECK(at("2026-11-20T10:30:05Z") == "2026-11-20T10:30:05Z");
  CHECK(at("2026-11-20t10:30:05.123z") == "2026-11-20T10:30:05Z");
  CHECK(at("2026-11-20 10:30:05+01:30") == "2026-11-20T09:00:05Z");
  CHECK(at("2026-12-31T23:30:00-01:00") == "2027-01-01T00:30:00Z");
  CHECK(at("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00Z");
  CHECK(at("12h") == "2026-11-27T13:02:03Z");
  CHECK(at("7d") == "2026-11-21T01:02:03Z");
  CHECK(at("2w") == "2026-11-14T01:02:03Z");
  CHECK(unwrap(atom::Cutoff::parse("7d")).text() == "7d");
}

TEST_CASE("anything else is not a cutoff") {
  for (const auto* text : {"",
                           "7",
                           "d",
                           "0d",
                           "-1d",
                           "7 d",
                           "7days",
                           "7m",
                           "999999999d",
                           "99999999999999999999d",
                           "2026",
                           "2026-11",
                           "2026-13-01",
                           "2026-11-31",
                           "2025-02-29",
                           "2026-1-1",
                           "26-11-20",
                           "2026-11-20T",
                           "2026-11-20T10:30",
                           "2026-11-20T10:30:05",
                           "2026-11-20T24:00:00Z",
                           "2026-11-20T10:60:00Z",
                           "2026-11-20T10:30:00.Z",
                           "2026-11-20T10:30:00+0100",
                           "2026-11-20T10:30:00Z ",
                           "yesterday",
                           "2026-11-20T10:30:00\nZ"}) {
    INFO(text);
    const auto refused = atom::Cutoff::parse(text);
    REQUIRE(!refused);
    CHECK(refused.error().kind() == Kind::usage);
  }
  CHECK(atom::Cutoff::parse("yesterday").error().message().contains("an age such as 12h, 7d or 2w"));
}
