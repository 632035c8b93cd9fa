// What is reported and counted for a retry, and which failures mean a busy server.
#include "net/policy/retries.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/policy/http_error.h"
#include "tests/net/fake_clock.h"

using namespace eka;

TEST_CASE("retries and repetitions are counted and reported") {
  net::test::FakeClock clock;
  std::vector<std::string> told;
  net::Retries retries(net::request_policy({}), clock,
                       [&](std::string_view text, net::Repeat) { told.emplace_back(text); });
  net::Traffic traffic;
  retries.note("http://h/s.git", net::status_error(429, "http://h", std::chrono::seconds(7)), traffic);
  retries.note("http://h/s.git", net::Repeat::closed_while_idle, traffic);
  CHECK(traffic.retries == 1);
  CHECK(traffic.closed_while_idle == 1);
  REQUIRE(told.size() == 2);
  CHECK(told[0].starts_with("http://h/s.git: http://h: rate limited"));
  CHECK(told[1] == "http://h/s.git: on a new connection: the server closed the idle connection");
}

TEST_CASE("a request that has waited for a busy host is not retried") {
  CHECK(net::was_busy_too_long(net::status_error(429, "http://h", std::chrono::seconds(35))));
  CHECK(net::was_busy_too_long(net::status_error(503, "http://h", {})));
  CHECK_FALSE(net::was_busy_too_long(net::status_error(500, "http://h", {})));
  CHECK_FALSE(net::was_busy_too_long(Error(Kind::remote, "reset")));
  CHECK((net::request_policy({}).is_final == net::was_busy_too_long));
  CHECK((net::transfer_policy({}).is_final == net::was_busy_too_long));
  CHECK(net::status_error(429, "http://h", std::chrono::seconds(3500)).is_retryable());  // by another mirror, or later
}

TEST_CASE("the same limit applies to requests and transfers") {
  const net::Timeouts timeouts{.retry = std::chrono::seconds(5)};
  CHECK(net::request_policy(timeouts).deadline == std::chrono::seconds(5));
  CHECK(net::transfer_policy(timeouts).deadline == std::chrono::seconds(5));
  CHECK(net::request_policy(timeouts).attempts == 4);
  CHECK(net::transfer_policy(timeouts).attempts == 3);
}
