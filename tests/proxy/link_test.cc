#include "proxy/link.h"

#include <doctest/doctest.h>

namespace eka::proxy {

using namespace std::chrono_literals;

TEST_CASE("data arrives after half a round trip") {
  Link link({.round_trip = 100ms}, 0);
  const Time now{1s};
  CHECK(link.out(now, 1000) == now + 50ms);
  CHECK(link.out(now, 1000) == now + 50ms);
}

TEST_CASE("bandwidth is shared by all data") {
  Link link({.round_trip = 100ms, .bandwidth = 1000}, 0);
  const Time now{1s};
  CHECK(link.out(now, 500) == now + 550ms);
  CHECK(link.out(now, 500) == now + 1050ms);
  CHECK(link.out(now + 5s, 500) == now + 5550ms);  // the line was idle meanwhile
}

TEST_CASE("random delays are bounded and reproducible by seed") {
  const Line line{.jitter = 20ms, .seed = 7};
  Link one(line, 0);
  Link same(line, 0);
  Link other(line, 1);
  const Time now{1s};
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const Time out = one.out(now, 1);
    CHECK(out >= now);
    CHECK(out < now + 20ms);
    CHECK(out == same.out(now, 1));
    differs = differs || out != other.out(now, 1);
  }
  CHECK(differs);
}

}  // namespace eka::proxy
