#include "engine/fetch/release_dates.h"

#include <doctest/doctest.h>

#include "atom/config/cutoff.h"

using namespace eka;

namespace {

std::string time_of(const std::string& committer) {
  const auto time = engine::committed_at("tree 0123456789012345678901234567890123456789\nauthor A <a@b> 1 +0000\n" +
                                         committer + "\n\nA message\ncommitter X <x@y> 5 +0000");
  return time ? atom::timestamp(*time) : "none";
}

}  // namespace

TEST_CASE("a commit has the time of its committer") {
  CHECK(time_of("committer A <a@b> 1763640000 +0100") == "2025-11-20T12:00:00Z");
  CHECK(time_of("committer  <> 0 +0000") == "1970-01-01T00:00:00Z");
  CHECK(time_of("committer A > 7 <a@b> 1763640000 +0100") == "2025-11-20T12:00:00Z");
  CHECK(time_of("gpgsig x") == "none");
}

TEST_CASE("a time that no calendar has is none") {
  CHECK(time_of("committer A <a@b> 253402300799 +0000") == "9999-12-31T23:59:59Z");
  for (const auto* committer :
       {"committer A <a@b> 253402300800 +0000", "committer A <a@b> -1 +0000", "committer A <a@b> x",
        "committer A <a@b> 99999999999999999999 +0000", "committer A <a@b>", "committer"}) {
    INFO(committer);
    CHECK(time_of(committer) == "none");
  }
}
