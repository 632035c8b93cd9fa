// The remote cache with servers that fail, lie, or are slow.
#include "store/remote/remote_cache.h"

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "atom/hash/base_n.h"
#include "coro/run/runtime.h"
#include "git/libgit2/libgit2.h"
#include "store/remote/circuit_breaker.h"
#include "tests/net/raw_server.h"

using namespace eka;
using net::test::http_response;
using net::test::RawServer;
using store::ActionResult;
using store::RemoteBlob;
using store::RemoteCache;

namespace {

constexpr std::string_view type = "application/octet-stream";

struct RemoteWorld {
  explicit RemoteWorld(RawServer::Respond respond) : server(std::move(respond)) {
    RemoteCache::Tell tell;
    tell.note = [this](std::string_view text) { notes.emplace_back(text); };
    cache.emplace(runtime.reactor(), runtime.pool(), coro::Clock::system(),
                  unwrap(atom::Url::parse(server.url() + "/x")), git::UserConfig(), tell);
  }

  std::optional<std::string> blob(const RemoteBlob& blob) { return runtime.run(cache->blob(blob)); }
  std::optional<ActionResult> result(std::string_view key) { return runtime.run(cache->result(atom::Sha256::of(key))); }

  git::Libgit2 library;
  coro::Runtime runtime{2};
  RawServer server;
  std::vector<std::string> notes;
  std::optional<RemoteCache> cache;
};

RawServer::Respond always(std::string response) {
  const bool closes = response.find("Connection: close") != std::string::npos;
  return [response, closes](RawServer::Connection& connection, const std::string&) {
    return connection.send(response) && !closes;
  };
}

}  // namespace

TEST_CASE("blobs and results are written and read back") {
  std::map<std::string, std::string> kept;
  RemoteWorld world([&](RawServer::Connection& connection, const std::string& request) {
    const auto path = request.substr(4, request.find(' ', 4) - 4);
    if (request.starts_with("PUT ")) {
      kept[path] = request.substr(request.find("\r\n\r\n") + 4);
      return connection.send(http_response("201 Created", "text/plain", ""));
    }
    if (!kept.contains(path)) return connection.send(http_response("404 Not Found", "text/plain", ""));
    return connection.send(http_response("200 OK", type, kept[path]));
  });
  const std::string content("some\0bytes", 10);
  const auto blob = RemoteBlob::of(content);
  CHECK_FALSE(world.blob(blob));
  CHECK(world.runtime.run(world.cache->put_blob(content)));
  CHECK(kept.contains("/x/cas/" + atom::hex(blob.digest)));
  CHECK(world.blob(blob) == content);
  const ActionResult result{"text", {blob}};
  CHECK_FALSE(world.result("key"));
  CHECK(world.runtime.run(world.cache->put_result(atom::Sha256::of("key"), result)));
  const auto read = world.result("key");
  REQUIRE(read);
  CHECK(read->text == "text");
  CHECK(read->blobs == result.blobs);
  CHECK(world.notes.empty());
}

TEST_CASE("wrong, truncated and oversized bytes are misses with one warning") {
  const auto blob = RemoteBlob::of("12345");
  const std::vector<std::string> responses{
      http_response("200 OK", type, "54321"),
      http_response("200 OK", type, "1234"),
      http_response("200 OK", type, "123456"),
      http_response("200 OK", type, std::string(1 << 20, '1')),
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n123",
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
      http_response("403 Forbidden", type, ""),
      "nonsense\r\n\r\n",
  };
  for (const auto& response : responses) {
    CAPTURE(response.substr(0, 80));
    RemoteWorld world(always(response));
    CHECK_FALSE(world.blob(blob));
    CHECK_FALSE(world.blob(blob));
    CHECK(world.notes.size() == 1);
  }
}

TEST_CASE("a result that is no message is a miss") {
  RemoteWorld world(always(http_response("200 OK", type, "\x2a\xff\xff\xff")));
  CHECK_FALSE(world.result("key"));
  CHECK(world.notes.size() == 1);
}

TEST_CASE("a failing request is repeated, and then the cache is left alone") {
  std::atomic<int> requests = 0;
  RemoteWorld world([&](RawServer::Connection& connection, const std::string&) {
    const bool fails = ++requests == 1;
    return connection.send(fails ? http_response("500 Oops", type, "") : http_response("200 OK", type, "12345"));
  });
  CHECK(world.blob(RemoteBlob::of("12345")) == "12345");
  CHECK(world.notes.empty());

  RemoteWorld dead(always(http_response("500 Oops", type, "")));
  for (int i = 0; i < 10; ++i) CHECK_FALSE(dead.result("key"));
  CHECK(dead.server.requests() == 3 * store::CircuitBreaker::most);
  CHECK(dead.notes.size() == 1);
}

TEST_CASE("the circuit breaker lets one operation through after its pause") {
  store::CircuitBreaker breaker;
  store::CircuitBreaker::Time now{};
  for (int i = 0; i < store::CircuitBreaker::most; ++i) {
    CHECK(breaker.lets_through(now));
    breaker.failed(now);
  }
  CHECK_FALSE(breaker.lets_through(now));
  now += store::CircuitBreaker::pause;
  CHECK(breaker.lets_through(now));
  CHECK_FALSE(breaker.lets_through(now));
  breaker.succeeded();
  CHECK(breaker.lets_through(now));
  CHECK(breaker.lets_through(now));
}

TEST_CASE("results are Bazel's messages") {
  const auto blob = RemoteBlob::of("abc");
  const auto bytes = store::write_action_result({"text", {blob}});
  const auto read = store::read_action_result(bytes);
  REQUIRE(read);
  CHECK(read->text == "text");
  CHECK(read->blobs == std::vector{blob});
  // Unknown fields (exit_code = 4, execution_metadata = 9) are skipped.
  CHECK(store::read_action_result("\x20\x01\x4a\x02xy" + bytes)->text == "text");
  // No prefix crashes, and none gives a blob that is not there.
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (const auto cut = store::read_action_result(bytes.substr(0, size))) CHECK(cut->text.empty());
  }
}
