// What is told and counted of a retry, and that nothing begins before the server allows it.
#include "net/policy/retries.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "net/policy/http_error.h"

using namespace eka;

namespace {

class FakeClock final : public coro::Clock {
 public:
  std::chrono::steady_clock::time_point now() override { return now_; }
  std::chrono::system_clock::time_point date() override { return {}; }
  coro::Task<> sleep(std::chrono::milliseconds time) override {
    slept.push_back(time.count());
    now_ += time;
    co_return;
  }
  double uniform() override { return 0; }
  std::vector<long> slept;

 private:
  std::chrono::steady_clock::time_point now_{};
};

}  // namespace

TEST_CASE("a retry is counted and told, and waits as long as the server asks") {
  coro::Runtime runtime(1);
  FakeClock clock;
  std::vector<std::string> told;
  net::Retries retries(net::request_policy({}), clock, [&](std::string_view text) { told.emplace_back(text); });
  net::Traffic traffic;
  runtime.run(retries.wait_as_asked());
  CHECK(clock.slept.empty());

  retries.note("http://h/s.git", net::status_error(429, "http://h", std::chrono::seconds(7)), traffic);
  CHECK(traffic.retries == 1);
  REQUIRE(told.size() == 1);
  CHECK(told.front().starts_with("http://h/s.git: again after: http://h has had too many requests"));
  runtime.run(retries.wait_as_asked());
  CHECK(clock.slept == std::vector<long>{7000});

  retries.note("http://h/s.git", Error(Kind::remote, "reset").retryable(), traffic);
  runtime.run(retries.wait_as_asked());
  CHECK(clock.slept.size() == 1);
  CHECK(traffic.retries == 2);
}

TEST_CASE("one patience bounds both requests and transfers") {
  const net::Patience patience{.retry = std::chrono::seconds(5)};
  CHECK(net::request_policy(patience).deadline == std::chrono::seconds(5));
  CHECK(net::transfer_policy(patience).deadline == std::chrono::seconds(5));
  CHECK(net::request_policy(patience).attempts == 4);
  CHECK(net::transfer_policy(patience).attempts == 3);
}
