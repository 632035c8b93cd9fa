// The HTTP client with slow, faulty and malicious servers.
#include "net/http/http_client.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "net/http/send_patiently.h"
#include "net/policy/http_error.h"
#include "tests/net/fake_clock.h"
#include "tests/net/raw_server.h"

namespace eka::net {
namespace {

using test::RawServer;
using Connection = RawServer::Connection;

coro::Task<std::string> read_to_end(HttpClient* client, HttpRequest request) {
  const std::unique_ptr<HttpResponse> response = co_await client->send(std::move(request));
  std::string body;
  while (true) {
    const std::string_view bytes = co_await response->read();
    if (bytes.empty()) co_return body;
    body += bytes;
  }
}

std::string output_of(const char* command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command, "r"), pclose);
  std::string out;
  std::array<char, 65536> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    out.append(buffer.data(), got);
  return out;
}

HttpRequest get(const RawServer& server, const std::string& path = "/") {
  HttpRequest request;
  request.url = server.url() + path;
  return request;
}

Error failure_of(coro::Runtime& runtime, HttpClient& client, HttpRequest request) {
  try {
    runtime.run(read_to_end(&client, std::move(request)));
  } catch (const Error& error) {
    return error;
  }
  return Error(Kind::failure, "it succeeded");
}

constexpr std::size_t large = std::size_t{64} << 20;

}  // namespace

namespace {

coro::Task<> read_quietly(HttpClient* client, HttpRequest request) {
  co_await read_to_end(client, std::move(request));
}

coro::Task<> send_together(HttpClient* client, HttpRequest request, int count) {
  std::vector<coro::Task<>> all;
  for (int i = 0; i < count; ++i) all.push_back(read_quietly(client, request));
  co_await coro::all(std::move(all));
}

}  // namespace

TEST_CASE("http client: connections for the requests that wait for the first are open when it is answered") {
  constexpr int followers = 8;
  std::atomic<const RawServer*> self = nullptr;
  std::atomic<int> open_at_first_answer = 0;
  RawServer server([&](Connection& connection, const std::string& request) {
    if (request.starts_with("GET /first")) {
      for (int i = 0; i < 500 && self.load()->connections() < 1 + followers; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
      open_at_first_answer = self.load()->connections();
    }
    return connection.send(test::http_response("200 OK", "text/plain", "got"));
  });
  self = &server;
  coro::Runtime runtime(1);
  HttpClient client(runtime.reactor());
  HttpRequest first = get(server, "/first");
  first.followers = [] { return std::size_t{followers}; };
  CHECK(runtime.run(read_to_end(&client, first)) == "got");
  CHECK(open_at_first_answer == 1 + followers);
  runtime.run(send_together(&client, get(server), 1 + followers));
  CHECK(server.connections() == 1 + followers);
  CHECK(server.requests() == 2 + followers);
}

TEST_CASE("http client: consecutive requests share a connection") {
  const RawServer server([](Connection& connection, const std::string& request) {
    const bool post = request.starts_with("POST");
    return connection.send(
        test::http_response("200 OK", "text/plain", post ? request.substr(request.size() - 4) : "got"));
  });
  coro::Runtime runtime(1);
  HttpClient client(runtime.reactor());
  CHECK(runtime.run(read_to_end(&client, get(server))) == "got");
  HttpRequest post = get(server);
  post.body = "the body";
  CHECK(runtime.run(read_to_end(&client, post)) == "body");
  CHECK(runtime.run(read_to_end(&client, get(server))) == "got");
  CHECK(server.connections() == 1);
}

TEST_CASE("http client: an unread body blocks the server") {
  std::atomic<std::size_t> sent = 0;
  std::atomic<bool> done = false;
  const RawServer server([&](Connection& connection, const std::string&) {
    const std::string block(65536, 'x');
    if (!connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(large) + "\r\n\r\n")) return false;
    for (std::size_t n = 0; n < large; n += block.size()) {
      if (!connection.send(block)) return false;
      sent += block.size();
    }
    done = true;
    return true;
  });
  coro::Runtime runtime(1);
  HttpLimits limits;
  limits.stall = std::chrono::seconds(1);  // the delay is caused by the client, so it does not count against the server
  HttpClient client(runtime.reactor(), limits);
  const auto slow = [](HttpClient* http, HttpRequest request,
                       const std::atomic<std::size_t>* progress) -> coro::Task<std::size_t> {
    const std::unique_ptr<HttpResponse> response = co_await http->send(std::move(request));
    // Wait until the server is blocked: nothing is sent for a while.
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (std::size_t before = 1; before != *progress;) {
      before = *progress;
      timer.expires_after(std::chrono::milliseconds(1500));
      co_await timer.async_wait(asio::use_awaitable);
    }
    const std::size_t stuck_at = *progress;
    std::size_t largest = 0;
    std::size_t total = 0;
    while (true) {
      const std::string_view bytes = co_await response->read();
      if (bytes.empty()) break;
      largest = std::max(largest, bytes.size());
      total += bytes.size();
    }
    CHECK(largest <= (std::size_t{256} << 10));
    CHECK(total == large);
    co_return stuck_at;
  };
  // At most the client's buffer and those of two sockets (a few megabytes on loopback) are filled.
  CHECK(runtime.run(slow(&client, get(server), &sent)) < large / 2);
  CHECK(done);
}

TEST_CASE("http client: a decompression bomb is aborted at the limit") {
  const std::string bomb = output_of("head -c 268435456 /dev/zero | gzip -9");
  REQUIRE(bomb.size() < 1 << 20);
  const RawServer server([&](Connection& connection, const std::string& request) {
    const bool asked = request.contains("Accept-Encoding: gzip");
    return connection.send(
        test::http_response("200 OK", "text/plain", bomb, asked ? "Content-Encoding: gzip\r\n" : ""));
  });
  coro::Runtime runtime(1);
  HttpClient client(runtime.reactor());
  HttpRequest request = get(server);
  request.compressed = true;
  request.body_limit = 1 << 20;
  const Error error = failure_of(runtime, client, request);
  CHECK(error.message().contains("longer than 1048576 bytes"));
  CHECK_FALSE(error.is_retryable());
  CHECK(runtime.run(read_to_end(&client, get(server))) == bomb);  // no compression was requested, so nothing is
                                                                  // decompressed
}

TEST_CASE("http client: connection errors are transient") {
  std::atomic<int> how = 0;
  const RawServer server([&](Connection& connection, const std::string&) {
    switch (how) {
      case 0:  // closes without a response
        return false;
      case 1:  // announces more than it sends
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nonly this");
        return false;
      case 2:  // the same, and resets the connection
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nonly this");
        connection.reset();
        return false;
      case 3:  // chunked, without the last chunk
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        return false;
      default:  // closes in the middle of the headers
        connection.send("HTTP/1.1 200 OK\r\nContent-Le");
        connection.reset();
        return false;
    }
  });
  coro::Runtime runtime(1);
  HttpClient client(runtime.reactor());
  for (how = 0; how < 5; ++how) {
    CAPTURE(how.load());
    const Error error = failure_of(runtime, client, get(server));
    CHECK(error.kind() == Kind::remote);
    CHECK(error.is_retryable());
    CHECK(error.message().contains("127.0.0.1"));
  }
}

TEST_CASE("http client: connection refused, and no response") {
  coro::Runtime runtime(1);
  HttpLimits limits;
  limits.stall = std::chrono::seconds(1);
  HttpClient client(runtime.reactor(), limits);
  HttpRequest nowhere;
  nowhere.url = "http://127.0.0.1:1/";
  CHECK(failure_of(runtime, client, nowhere).is_retryable());
  const RawServer silent([](Connection& connection, const std::string&) {
    connection.wait_for_end();
    return false;
  });
  CHECK(failure_of(runtime, client, get(silent)).is_retryable());
  const RawServer dripping([](Connection& connection, const std::string&) {
    if (!connection.send("HTTP/1.1 200 OK\r\n\r\n")) return false;
    while (connection.send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(200));
    return false;
  });
  CHECK(failure_of(runtime, client, get(dripping)).is_retryable());
  HttpRequest file;
  file.url = "file:///etc/passwd";
  CHECK_FALSE(failure_of(runtime, client, file).is_retryable());
}

TEST_CASE("http client: a response abandoned because of another failure is closed") {
  const RawServer server([](Connection& connection, const std::string& request) {
    if (request.starts_with("GET /bad")) return connection.send("nonsense\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    connection.wait_for_end();
    return false;
  });
  coro::Runtime runtime(1);
  HttpClient client(runtime.reactor());
  std::vector<coro::Task<std::string>> both;
  both.push_back(read_to_end(&client, get(server, "/endless")));
  both.push_back(read_to_end(&client, get(server, "/bad")));
  CHECK_THROWS_AS(runtime.run(coro::all(std::move(both))), Error);
}

TEST_CASE("http client: statuses as errors") {
  for (const long status : {408L, 429L, 500L, 502L, 503L, 504L}) CHECK(status_error(status, "h", {}).is_retryable());
  for (const long status : {302L, 400L, 401L, 403L, 404L, 410L, 501L})
    CHECK_FALSE(status_error(status, "h", {}).is_retryable());
  CHECK(status_error(429, "h", std::chrono::seconds(3)).is_retryable());
  CHECK(status_error(429, "h", std::chrono::seconds(3600)).is_retryable());
  CHECK(status_error(429, "h", std::chrono::seconds(3600)).hint().contains("3600"));
}

namespace {

struct Watched final : HttpObserver {
  void connected() override { ++connections; }
  void reused() override { ++reuses; }
  void repeated(Repeat why) override { repeats.push_back(why); }
  void keeps_open(bool open) override { kept = open; }

  int connections = 0;
  int reuses = 0;
  std::vector<Repeat> repeats;
  std::optional<bool> kept;
};

HttpRequest watched(const RawServer& server, Watched& watch) {
  HttpRequest request = get(server);
  request.body = "the body";
  request.observer = &watch;
  return request;
}

bool answer(Connection& connection) {
  return connection.send(test::http_response("200 OK", "text/plain", "got"));
}

}  // namespace

TEST_CASE("http client: a request on a closed reused connection is repeated once on a new one") {
  // Each connection serves one request, announces keep-alive, and closes when the next request has arrived.
  std::mutex mutex;
  std::set<Connection*> served;
  const RawServer server([&](Connection& connection, const std::string&) {
    {
      const std::scoped_lock lock(mutex);
      if (!served.insert(&connection).second) {
        served.erase(&connection);
        return false;
      }
    }
    return answer(connection);
  });
  coro::Runtime runtime(1);
  HttpClient client(runtime.reactor());
  Watched watch;
  CHECK(runtime.run(read_to_end(&client, watched(server, watch))) == "got");
  CHECK(watch.kept == true);
  CHECK(runtime.run(read_to_end(&client, watched(server, watch))) == "got");
  CHECK(watch.repeats == std::vector{Repeat::closed_while_idle});
  CHECK(watch.connections == 2);
  CHECK(server.connections() == 2);
  CHECK(server.requests() == 3);

  SUBCASE("a different reason is reported if the server is known to close connections") {
    HttpRequest request = watched(server, watch);
    request.persists = false;
    CHECK(runtime.run(read_to_end(&client, request)) == "got");
    CHECK(watch.repeats.back() == Repeat::one_request_per_connection);
  }
  SUBCASE("even if there are other reused connections") {
    const auto two = [&]() -> coro::Task<> {
      std::vector<coro::Task<std::string>> both;
      both.push_back(read_to_end(&client, watched(server, watch)));
      both.push_back(read_to_end(&client, watched(server, watch)));
      co_await coro::all(std::move(both));
    };
    runtime.run(two());
    const int requests = server.requests();
    const int connections = server.connections();
    watch = {};
    CHECK(runtime.run(read_to_end(&client, watched(server, watch))) == "got");
    CHECK(watch.repeats == std::vector{Repeat::closed_while_idle});
    CHECK(watch.connections == 1);
    CHECK(server.connections() == connections + 1);
    CHECK(server.requests() == requests + 2);
  }
}

TEST_CASE("http client: a failure on a new connection is final") {
  std::atomic<bool> healthy = true;
  const RawServer server([&](Connection& connection, const std::string&) { return healthy && answer(connection); });
  coro::Runtime runtime(1);
  HttpClient client(runtime.reactor());
  Watched watch;
  SUBCASE("on the first attempt") {
    healthy = false;
    CHECK(failure_of(runtime, client, watched(server, watch)).is_retryable());
    CHECK(server.requests() == 1);
    CHECK(watch.repeats.empty());
  }
  SUBCASE("and when it replaces a reused connection") {
    CHECK(runtime.run(read_to_end(&client, watched(server, watch))) == "got");
    healthy = false;
    CHECK(failure_of(runtime, client, watched(server, watch)).is_retryable());
    CHECK(server.requests() == 3);
    CHECK(server.connections() == 2);
    CHECK(watch.repeats.size() == 1);
  }
}

TEST_CASE("http client: what a response reveals about its connection") {
  std::string response;
  const RawServer server([&](Connection& connection, const std::string&) {
    connection.send(response);
    return false;
  });
  coro::Runtime runtime(1);
  HttpClient client(runtime.reactor());
  const auto kept = [&](const std::string& head) {
    response = head + "\r\n\r\nx";
    Watched watch;
    runtime.run(read_to_end(&client, watched(server, watch)));
    return watch.kept;
  };
  CHECK(kept("HTTP/1.1 200 OK\r\nContent-Length: 1") == true);
  CHECK(kept("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close") == false);
  CHECK(kept("HTTP/1.1 200 OK") == false);
  CHECK(kept("HTTP/1.0 200 OK\r\nContent-Length: 1") == false);
  CHECK(kept("HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive") == true);
}

TEST_CASE("http client: no request is sent to a busy host before its Retry-After") {
  std::string busy;
  const RawServer server([&](Connection& connection, const std::string& request) {
    return request.starts_with("GET /busy") ? connection.send(busy) : answer(connection);
  });
  coro::Runtime runtime(1);
  test::FakeClock clock;
  HttpClient client(runtime.reactor(), {.longest_rest = std::chrono::seconds(60)}, clock);
  const auto ask_busy = [&](const std::string& headers) {
    busy = test::http_response("503 Service Unavailable", "text/plain", "", headers);
    runtime.run(read_to_end(&client, get(server, "/busy")));
  };
  ask_busy("Retry-After: 35\r\n");
  CHECK(clock.slept.count() == 0);
  runtime.run(read_to_end(&client, get(server)));
  CHECK(clock.slept == std::chrono::seconds(35));
  runtime.run(read_to_end(&client, get(server)));
  CHECK(clock.slept == std::chrono::seconds(35));

  // A date, compared with the date of the response.
  clock.slept = {};
  ask_busy("Date: Fri, 27 Nov 2026 16:00:00 GMT\r\nRetry-After: Fri, 27 Nov 2026 16:00:50 GMT\r\n");
  runtime.run(read_to_end(&client, get(server)));
  CHECK(clock.slept == std::chrono::seconds(50));

  // Without a time, delays increase.
  clock.slept = {};
  for (int i = 0; i < 3; ++i) ask_busy("");
  runtime.run(read_to_end(&client, get(server)));
  CHECK(clock.slept == std::chrono::milliseconds(300 + 600 + 1200));

  // Longer than the client waits: other requests fail at once, and are not sent.
  clock.slept = {};
  ask_busy("Retry-After: 61\r\n");
  const int requests = server.requests();
  const Error error = failure_of(runtime, client, get(server));
  CHECK(error.hint().contains("61 s"));
  CHECK(clock.slept.count() == 0);
  CHECK(server.requests() == requests);
}

namespace {

coro::Task<long> patiently(HttpClient* client, HttpRequest request, Traffic* traffic) {
  const auto response = co_await send_patiently(*client, std::move(request), *traffic, &Traffic::requests);
  co_await drain(response.get());
  co_return response->status();
}

// Answers 429 to the first `refusals` requests, then 200.
struct Limited {
  explicit Limited(int refusals, std::string headers = {}) : left(refusals), more(std::move(headers)) {}
  std::atomic<int> left;
  std::string more;
  RawServer server{[this](Connection& connection, const std::string&) {
    const bool refused = left.fetch_sub(1) > 0;
    return refused ? connection.send(test::http_response("429 Slow down", "text/plain", "later", more))
                   : answer(connection);
  }};
};

}  // namespace

TEST_CASE("http client: a request is repeated until its host is no longer busy, and each is counted") {
  Limited limited(5, "Retry-After: 10\r\n");
  coro::Runtime runtime(1);
  test::FakeClock clock;
  std::vector<HostRests::Wait> waits;
  HttpClient client(runtime.reactor(), {.longest_rest = std::chrono::seconds(60)}, clock,
                    [&](const HostRests::Wait& wait) { waits.push_back(wait); });
  Traffic traffic;
  CHECK(runtime.run(patiently(&client, get(limited.server), &traffic)) == 200);
  CHECK(traffic.requests == 6);
  CHECK(traffic.retries == 5);
  CHECK(limited.server.requests() == 6);
  CHECK(clock.slept == std::chrono::seconds(50));
  CHECK(traffic.longest_wait == std::chrono::seconds(50));
  REQUIRE(waits.size() == 10);
  CHECK(waits[0].text() == limited.server.url() + ": 10 s (HTTP status 429, Retry-After)");
  CHECK_FALSE(waits[0].ended);
  CHECK(waits[1].ended);
}

TEST_CASE("http client: a host that stays busy is given up after the limit, by all of its requests together") {
  Limited limited(1'000'000);
  coro::Runtime runtime(1);
  test::FakeClock clock;
  HttpClient client(runtime.reactor(), {.longest_rest = std::chrono::seconds(60)}, clock);
  Traffic traffic;
  const auto ask = [&](int times) {
    std::vector<coro::Task<long>> all;
    for (int i = 0; i < times; ++i) all.push_back(patiently(&client, get(limited.server), &traffic));
    return runtime.run(coro::gather(std::move(all)));
  };
  for (const auto& result : ask(40)) {
    if (result) {
      CHECK(*result == 429);
    } else {
      CHECK(result.error().message().contains("rate limited"));
    }
  }
  CHECK(clock.slept > std::chrono::seconds(30));
  CHECK(clock.slept <= std::chrono::seconds(60));
  // One request after each rest, besides those that were sent before the first response.
  CHECK(limited.server.requests() <= 40 + 12);
  const auto slept = clock.slept;
  ask(3);
  CHECK(clock.slept == slept);
}

TEST_CASE("http client: a hasty request does not wait for a busy host") {
  Limited limited(1, "Retry-After: 10\r\n");
  coro::Runtime runtime(1);
  test::FakeClock clock;
  HttpClient client(runtime.reactor(), {}, clock);
  Traffic traffic;
  HttpRequest hasty = get(limited.server);
  hasty.patience = Patience::hasty;
  CHECK(runtime.run(patiently(&client, hasty, &traffic)) == 429);
  CHECK(failure_of(runtime, client, hasty).is_retryable());
  CHECK(limited.server.requests() == 1);
  CHECK(clock.slept.count() == 0);
  CHECK(runtime.run(patiently(&client, get(limited.server), &traffic)) == 200);
  CHECK(clock.slept == std::chrono::seconds(10));
}

}  // namespace eka::net
