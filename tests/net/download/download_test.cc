// Downloads over HTTP from servers that abort, lie and redirect.
#include "net/download/download.h"

#include <atomic>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "net/policy/http_error.h"
#include "tests/net/raw_server.h"

namespace eka::net {
namespace {

using test::RawServer;
using Connection = RawServer::Connection;

class Kept final : public FileSink {
 public:
  coro::Task<> write(std::span<const std::byte> bytes) override {
    content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    co_return;
  }
  std::uint64_t size() const override { return content.size(); }
  coro::Task<> restart() override {
    ++restarts;
    content.clear();
    co_return;
  }
  std::string content;
  int restarts = 0;
};

class Impatient final : public coro::Clock {
 public:
  std::chrono::steady_clock::time_point now() override { return now_; }
  std::chrono::system_clock::time_point date() override { return {}; }
  coro::Task<> sleep(std::chrono::milliseconds time) override {
    now_ += time;
    co_return;
  }
  double uniform() override { return 0.5; }

 private:
  std::chrono::steady_clock::time_point now_{};
};

struct Outcome {
  std::string content;
  int restarts = 0;
  Traffic traffic;
  std::optional<Error> error;
};

coro::Task<> run_download(DownloadShared shared, std::string url, Kept* sink, Traffic* traffic, coro::Clock* clock) {
  const DownloadLimits limits{.bytes = std::uint64_t{8} << 20, .resumptions = 20};
  co_await download(shared, unwrap(atom::Url::parse(url)), *sink, *traffic, limits, coro::RetryPolicy(), *clock);
}

class NoHelper final : public LoginHelper {
 public:
  std::string scope(const atom::Url& url) const override { return url.origin(); }
  coro::Task<std::optional<Login>> fill(atom::Url) override { co_return std::nullopt; }
  coro::Task<> approve(atom::Url, Login) override { co_return; }
  coro::Task<> reject(atom::Url, Login) override { co_return; }
};

Outcome fetch(const std::string& url, const HttpSettings& settings = {}) {
  coro::Runtime runtime(1);
  NoHelper helper;
  Credentials credentials(runtime.pool(), helper);
  const auto settings_for = [&](const atom::Url&) { return std::make_shared<const HttpSettings>(settings); };
  Impatient clock;
  HttpClient client(runtime.reactor(), {}, clock);
  Kept sink;
  Outcome out;
  try {
    runtime.run(run_download({client, credentials, settings_for}, url, &sink, &out.traffic, &clock));
  } catch (const Error& error) {
    out.error = error;
  }
  out.content = sink.content;
  out.restarts = sink.restarts;
  return out;
}

std::string header_of(const std::string& request, const std::string& name) {
  const auto at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + 4 + name.size();
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

const std::string body = [] {
  std::string out;
  for (int i = 0; i < 100'000; ++i) out += std::to_string(i) + "\n";
  return out;
}();

// Sends the file from the requested offset, but at most `piece` bytes, and closes.
bool send_piece(Connection& connection, const std::string& request, std::size_t piece, const std::string& tag) {
  std::size_t from = 0;
  const auto range = header_of(request, "Range");
  const bool partial = !range.empty() && header_of(request, "If-Range") == tag;
  if (partial) from = std::stoul(range.substr(6));
  const auto rest = body.substr(from);
  std::string head = partial ? "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + std::to_string(from) + "-" +
                                   std::to_string(body.size() - 1) + "/" + std::to_string(body.size()) + "\r\n"
                             : "HTTP/1.1 200 OK\r\n";
  head += "ETag: " + tag + "\r\nContent-Length: " + std::to_string(rest.size()) + "\r\n\r\n";
  connection.send(head + rest.substr(0, piece));
  return piece >= rest.size();
}

}  // namespace

TEST_CASE("download: an interrupted transfer is resumed") {
  std::atomic<std::size_t> sent = 0;
  const RawServer server([&](Connection& connection, const std::string& request) {
    sent += 100'000;
    return send_piece(connection, request, 100'000, "\"one\"");
  });
  const auto outcome = fetch(server.url() + "/file");
  CHECK_FALSE(outcome.error);
  CHECK(outcome.content == body);
  CHECK(outcome.restarts == 0);
  CHECK(sent < body.size() + 100'000);
  CHECK(outcome.traffic.requests == static_cast<std::uint64_t>(server.requests()));
  CHECK(outcome.traffic.retries + 1 == outcome.traffic.requests);
}

TEST_CASE("download: a file that changed meanwhile is restarted") {
  std::atomic<int> times = 0;
  const RawServer server([&](Connection& connection, const std::string& request) {
    return send_piece(connection, request, ++times == 1 ? 100'000 : body.size(), times == 1 ? "\"one\"" : "\"two\"");
  });
  const auto outcome = fetch(server.url() + "/file");
  CHECK_FALSE(outcome.error);
  CHECK(outcome.content == body);
  CHECK(outcome.restarts == 1);
}

TEST_CASE("download: without ranges or with a weak ETag the whole file is sent again") {
  std::atomic<int> times = 0;
  const RawServer server([&](Connection& connection, const std::string& request) {
    CHECK(header_of(request, "Range").empty());
    return send_piece(connection, request, ++times == 1 ? 100'000 : body.size(), "W/\"weak\"");
  });
  const auto outcome = fetch(server.url() + "/file");
  CHECK_FALSE(outcome.error);
  CHECK(outcome.content == body);
}

TEST_CASE("download: an unrequested range is rejected") {
  std::atomic<int> times = 0;
  const RawServer server([&](Connection& connection, const std::string& request) {
    if (++times != 2) return send_piece(connection, request, times == 1 ? 100'000 : body.size(), "\"one\"");
    return connection.send(
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-8/9\r\nContent-Length: 4\r\n\r\nevil");
  });
  const auto outcome = fetch(server.url() + "/file");
  CHECK_FALSE(outcome.error);
  CHECK(outcome.content == body);
  CHECK(outcome.restarts == 1);
}

TEST_CASE("download: a transfer without progress ends with an error") {
  const RawServer server([&](Connection& connection, const std::string& request) {
    return send_piece(connection, request, 0, "\"one\"");
  });
  const auto outcome = fetch(server.url() + "/file");
  REQUIRE(outcome.error);
  CHECK(outcome.error->kind() == Kind::remote);
  CHECK(server.requests() == coro::RetryPolicy().attempts);
}

TEST_CASE("download: transient statuses are retried, rejections are not") {
  std::atomic<int> times = 0;
  const RawServer busy([&](Connection& connection, const std::string& request) {
    if (++times <= 2) {
      return connection.send(test::http_response("503 Busy", "text/plain", "later", "Retry-After: 1\r\n"));
    }
    return send_piece(connection, request, body.size(), "\"one\"");
  });
  CHECK(fetch(busy.url() + "/file").content == body);
  CHECK(busy.requests() == 3);
  const RawServer gone([&](Connection& connection, const std::string&) {
    return connection.send(test::http_response("404 Not Found", "text/plain", "no"));
  });
  const auto outcome = fetch(gone.url() + "/file");
  REQUIRE(outcome.error);
  CHECK(outcome.error->message().contains("file not found"));
  CHECK(outcome.content.empty());
  CHECK(gone.requests() == 1);
}

TEST_CASE("download: redirects are followed without sending secrets to other origins") {
  std::string seen_there = "none";
  const RawServer there([&](Connection& connection, const std::string& request) {
    seen_there = header_of(request, "Authorization");
    return connection.send(test::http_response("200 OK", "text/plain", "the file"));
  });
  std::string seen_here = "none";
  const RawServer here([&](Connection& connection, const std::string& request) {
    seen_here = header_of(request, "Authorization");
    const auto where = request.starts_with("GET /again") ? there.url() + "/file" : "/again";
    return connection.send(test::http_response("302 Found", "text/plain", "", "Location: " + where + "\r\n"));
  });
  auto url = here.url() + "/file";
  url.insert(7, "me:secret@");
  const auto outcome = fetch(url);
  CHECK_FALSE(outcome.error);
  CHECK(outcome.content == "the file");
  CHECK(seen_here.starts_with("Basic "));
  CHECK(seen_there.empty());
}

TEST_CASE("download: the user's headers are sent only to their URL, not after a redirect") {
  std::string seen_there = "none";
  const RawServer there([&](Connection& connection, const std::string& request) {
    seen_there = header_of(request, "X-Token");
    return connection.send(test::http_response("200 OK", "text/plain", "the file"));
  });
  std::string seen_here = "none";
  const RawServer here([&](Connection& connection, const std::string& request) {
    seen_here = header_of(request, "X-Token");
    return connection.send(
        test::http_response("302 Found", "text/plain", "", "Location: " + there.url() + "/file\r\n"));
  });
  HttpSettings settings;
  settings.headers = {"X-Token: secret"};
  const auto outcome = fetch(here.url() + "/file", settings);
  CHECK_FALSE(outcome.error);
  CHECK(outcome.content == "the file");
  CHECK(seen_here == "secret");
  CHECK(seen_there.empty());
}

TEST_CASE("download: the configured proxy is used") {
  std::string asked;
  const RawServer proxy([&](Connection& connection, const std::string& request) {
    asked = request.substr(0, request.find("\r\n"));
    return connection.send(test::http_response("200 OK", "text/plain", "the file"));
  });
  HttpSettings settings;
  settings.proxy = proxy.url();
  const auto outcome = fetch("http://far.invalid/file", settings);
  CHECK_FALSE(outcome.error);
  CHECK(outcome.content == "the file");
  CHECK(asked == "GET http://far.invalid/file HTTP/1.1");
}

TEST_CASE("download: unsafe redirects are rejected") {
  for (const std::string where : {"file:///etc/passwd", "ftp://127.0.0.1/x", "http://user:word@127.0.0.1/x",
                                  "ssh://127.0.0.1/x", "gopher://127.0.0.1/x"}) {
    CAPTURE(where);
    const RawServer server([&](Connection& connection, const std::string&) {
      return connection.send(test::http_response("302 Found", "text/plain", "", "Location: " + where + "\r\n"));
    });
    const auto outcome = fetch(server.url() + "/file");
    REQUIRE(outcome.error);
    CHECK(outcome.error->kind() == Kind::remote);
    CHECK_FALSE(outcome.error->message().contains("word@"));
    CHECK(server.requests() == 1);
  }
  const RawServer loop([&](Connection& connection, const std::string&) {
    return connection.send(test::http_response("302 Found", "text/plain", "", "Location: /again\r\n"));
  });
  CHECK(fetch(loop.url() + "/file").error->message().contains("too many redirects"));
  CHECK(loop.requests() == 11);
}

TEST_CASE("download: a body over the limit aborts the transfer") {
  const RawServer server([&](Connection& connection, const std::string&) {
    return connection.send(test::http_response("200 OK", "text/plain", std::string(9 << 20, 'x')));
  });
  const auto outcome = fetch(server.url() + "/file");
  REQUIRE(outcome.error);
  CHECK(server.requests() == 1);
}

}  // namespace eka::net
