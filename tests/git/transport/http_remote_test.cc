// The complete path from Connector to a real server and back.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "git/libgit2/libgit2.h"
#include "git/remote/connector.h"
#include "git/wire/capabilities.h"
#include "tests/git/git_server.h"
#include "tests/git/in_memory.h"
#include "tests/git/repository.h"
#include "tests/net/raw_server.h"

namespace eka::git {
namespace {

using test::GitServer;
using test::LoggedRequest;

struct HttpWorld {
  HttpWorld() { test::make_repository(server.root() / "a.git"); }

  std::unique_ptr<Remote> open(const std::string& path) { return open_url(server.url() + path); }
  std::unique_ptr<Remote> open_url(const std::string& text) {
    const atom::Url url = unwrap(atom::Url::parse(text));
    connector.named_by_user(url);
    return connector.open(url);
  }
  // A URL from a lock or the manifest of a dependency.
  std::unique_ptr<Remote> open_unnamed(const std::string& path) {
    return connector.open(unwrap(atom::Url::parse(server.url() + path)));
  }

  std::size_t count(const std::string& method) const {
    const auto log = server.log();
    return static_cast<std::size_t>(std::ranges::count(log, method, &LoggedRequest::method));
  }

  GitServer server;
  Libgit2 libgit2;  // before the runtime: outlives the threads of the pool
  coro::Runtime runtime{2};
  test::MapMemory memory;
  Connector connector{runtime.reactor(), runtime.pool(), memory};
};

// The error thrown by ls_refs().
Error failure_of(HttpWorld& world, Remote& remote) {
  try {
    world.runtime.run(remote.ls_refs({}));
  } catch (const Error& error) {
    return error;
  }
  return Error(Kind::failure, "it succeeded");
}

}  // namespace

TEST_CASE("http: twenty repositories of one host need one handshake and twenty requests") {
  HttpWorld world;
  std::vector<std::unique_ptr<Remote>> remotes;
  for (int i = 0; i < 20; ++i) {
    const std::string name = "/r" + std::to_string(i) + ".git";
    std::filesystem::create_symlink("a.git", world.server.root() / name.substr(1));
    remotes.push_back(world.open(name));
  }
  std::vector<coro::Task<std::vector<Ref>>> queries;
  for (const auto& remote : remotes) queries.push_back(remote->ls_refs({}));
  const auto answers = world.runtime.run(coro::all(std::move(queries)));
  const std::string expected = test::git_ls_remote(world.server.root() / "a.git");
  for (const auto& refs : answers) CHECK(test::as_ls_remote(refs) == expected);

  const auto log = world.server.log();
  CHECK(log.size() == 21);
  CHECK(world.count("GET") == 1);
  std::set<std::string> connections;
  std::uint64_t handshakes = 0;
  for (const LoggedRequest& request : log) {
    connections.insert(request.connection);
    CHECK(request.protocol == "version=2");
    CHECK(request.status == "200");
    if (request.method == "POST") CHECK(request.encoding == "gzip");
  }
  CHECK(connections.size() <= 21);  // no request waits for the handshake
  for (const auto& remote : remotes) {
    handshakes += remote->traffic().handshakes;
    CHECK(remote->traffic().requests == 1);
    CHECK(remote->traffic().retries == 0);
    CHECK(remote->traffic().bytes_received > 100);
    CHECK(remote->traffic().bytes_sent > 100);
  }
  CHECK(handshakes == 1);

  SUBCASE("the next run needs no handshake") {
    Connector next(world.runtime.reactor(), world.runtime.pool(), world.memory);
    const auto remote = next.open(unwrap(atom::Url::parse(world.server.url() + "/a.git")));
    CHECK(world.runtime.run(remote->ls_refs({"refs/tags/"})).size() == 1);
    CHECK(remote->traffic().handshakes == 0);
    CHECK(world.server.log().size() == 22);
  }
  SUBCASE("connections are reused") {
    for (int i = 0; i < 5; ++i) world.runtime.run(remotes[0]->ls_refs({}));
    const auto later = world.server.log();
    for (auto each = later.end() - 5; each != later.end(); ++each) CHECK(connections.contains(each->connection));
  }
}

TEST_CASE("http: all wants are sent in one request") {
  HttpWorld world;
  const auto remote = world.open("/a.git");
  const auto refs = world.runtime.run(remote->ls_refs({"refs/eka/"}));
  REQUIRE(refs.size() == 3);
  std::vector<atom::ObjectId> wants;
  for (const Ref& ref : refs) wants.push_back(ref.id);
  wants.push_back(wants[0]);
  test::StringSink sink;
  world.runtime.run(remote->fetch(wants, sink));
  const std::string objects = test::objects_of(sink.pack);
  for (const Ref& ref : refs) CHECK(objects.contains(ref.id.hex()));
  const auto log = world.server.log();
  CHECK(log.size() == 3);
  CHECK(log.back().command == "fetch");
  CHECK(remote->traffic().requests == 2);
  CHECK(remote->traffic().bytes_received > sink.pack.size());
}

TEST_CASE("http: a shallow fetch has no history, a full one has all, and progress is reported") {
  HttpWorld world;
  const auto remote = world.open("/a.git");
  const auto refs = world.runtime.run(remote->ls_refs({"refs/heads/main"}));
  const std::vector wants = {refs.at(0).id};
  FetchOptions options;
  std::vector<std::string> lines;
  options.progress = [&lines](std::string_view line) { lines.emplace_back(line); };
  options.depth = 1;
  test::StringSink shallow;
  world.runtime.run(remote->fetch(wants, shallow, options));
  test::StringSink deep;
  world.runtime.run(remote->fetch(wants, deep));
  const auto commits = [](const std::string& pack) {
    const std::string text = test::objects_of(pack);
    std::size_t n = 0;
    for (std::size_t at = text.find(" commit "); at != std::string::npos; at = text.find(" commit ", at + 1)) ++n;
    return n;
  };
  CHECK(commits(shallow.pack) == 1);
  CHECK(commits(deep.pack) == 3);
  REQUIRE_FALSE(lines.empty());
  for (const std::string& line : lines) CHECK_FALSE(line.contains('\r'));
}

TEST_CASE("http: a missing object is an error without retry") {
  HttpWorld world;
  const auto remote = world.open("/a.git");
  test::StringSink sink;
  const std::vector wants = {unwrap(atom::ObjectId::parse(std::string(40, '1')))};
  CHECK_THROWS_AS(world.runtime.run(remote->fetch(wants, sink)), Error);
  CHECK(sink.pack.empty());
  CHECK(remote->traffic().retries == 0);
}

TEST_CASE("http: missing repositories, and responses that are not git") {
  HttpWorld world;
  const auto missing = world.open("/none.git");
  const Error error = failure_of(world, *missing);
  CHECK(error.kind() == Kind::remote);
  CHECK(error.message().contains("repository not found"));
  CHECK_FALSE(error.is_retryable());
  CHECK_FALSE(error.hint().empty());
  REQUIRE(error.context().size() == 1);
  CHECK(error.context()[0].contains("/none.git"));
  CHECK(world.server.log().size() == 2);  // the handshake, and the request sent in parallel

  const auto page = world.open("/login/a.git");
  CHECK(failure_of(world, *page).message().contains("text/html"));
  const auto circle = world.open("/circle/a.git");
  CHECK(failure_of(world, *circle).message().contains("too many redirects"));
  CHECK(circle->traffic().handshakes == 6);
}

TEST_CASE("http: a URL not named by the user receives no command until it has responded as git") {
  HttpWorld world;
  std::mutex mutex;
  std::vector<std::string> asked;
  const net::test::RawServer other([&](net::test::RawServer::Connection& connection, const std::string& request) {
    const std::scoped_lock lock(mutex);
    asked.push_back(request.substr(0, request.find(' ', request.find(' ') + 1)));
    return connection.send(net::test::http_response("200 OK", "text/plain", "done"));
  });
  const atom::Url shutdown = unwrap(atom::Url::parse(other.url() + "/shutdown"));
  test::StringSink sink;
  const std::vector wants = {unwrap(atom::ObjectId::parse(std::string(40, '1')))};
  CHECK_THROWS_AS(world.runtime.run(world.connector.open(shutdown)->ls_refs({})), Error);
  CHECK_THROWS_AS(world.runtime.run(world.connector.open(shutdown)->fetch(wants, sink)), Error);
  CHECK(asked == std::vector<std::string>(2, "GET /shutdown/info/refs?service=git-upload-pack"));
  world.connector.named_by_user(shutdown);
  CHECK_THROWS_AS(world.runtime.run(world.connector.open(shutdown)->ls_refs({})), Error);
  CHECK(std::ranges::count(asked, "POST /shutdown/git-upload-pack") == 1);

  SUBCASE("nor does another path on a host that has responded as git") {
    world.runtime.run(world.open("/a.git")->ls_refs({}));
    CHECK_THROWS_AS(world.runtime.run(world.open_unnamed("/login/page")->ls_refs({})), Error);
    CHECK_THROWS_AS(world.runtime.run(world.open_unnamed("/a.git/../login/page")->ls_refs({})), Error);
    for (const auto& request : world.server.log())
      CHECK((request.method == "GET" || request.path.starts_with("/a.git")));
  }
  SUBCASE("except one whose name ends in .git") {
    world.runtime.run(world.open("/a.git")->ls_refs({}));
    std::filesystem::create_symlink("a.git", world.server.root() / "b.git");
    const auto remote = world.open_unnamed("/b.git");
    CHECK(world.runtime.run(remote->ls_refs({})).size() == 8);
    CHECK(remote->traffic().handshakes == 0);
  }
  SUBCASE("and one that responded in an earlier run") {
    std::filesystem::create_symlink("a.git", world.server.root() / "plain");
    const auto first = world.open_unnamed("/plain");
    CHECK(world.runtime.run(first->ls_refs({})).size() == 8);
    CHECK(first->traffic().handshakes == 1);
    CHECK(first->traffic().requests == 1);
    Connector next(world.runtime.reactor(), world.runtime.pool(), world.memory);
    const auto second = next.open(unwrap(atom::Url::parse(world.server.url() + "/plain/")));
    CHECK(world.runtime.run(second->ls_refs({})).size() == 8);
    CHECK(second->traffic().handshakes == 0);
  }
}

TEST_CASE("http: the URL of a repository has no query, wherever it comes from") {
  HttpWorld world;
  const auto refused = [](Connector& connector, const std::string& url) -> std::string {
    try {
      connector.open(unwrap(atom::Url::parse(url)));
    } catch (const Error& error) {
      return error.message();
    }
    return "";
  };
  CHECK(refused(world.connector, "http://h.example/shutdown?x=").contains("“http://h.example/shutdown?x=”"));
  const UserConfig config(
      std::vector<UserConfig::Entry>{{"url.http://other.example/x?y=.insteadof", "http://h.example/"}});
  Connector led(world.runtime.reactor(), world.runtime.pool(), world.memory, {}, config);
  CHECK(refused(led, "http://h.example/a.git").contains("“http://other.example/x?y=a.git”"));
  CHECK(world.server.log().empty());
}

TEST_CASE("http: a failed repository does not cost others on the host their handshake") {
  HttpWorld world;
  std::vector<std::unique_ptr<Remote>> remotes;
  remotes.push_back(world.open("/none.git"));
  for (int i = 0; i < 5; ++i) remotes.push_back(world.open("/a.git"));
  std::vector<coro::Task<std::vector<Ref>>> queries;
  for (const auto& remote : remotes) queries.push_back(remote->ls_refs({}));
  const auto answers = world.runtime.run(coro::gather(std::move(queries)));
  CHECK_FALSE(answers[0]);
  for (std::size_t i = 1; i < answers.size(); ++i) CHECK(answers[i].has_value());
  CHECK(world.count("GET") == 1);
}

TEST_CASE("http: concurrent requests to a host with an older protocol all use that protocol") {
  HttpWorld world;
  std::vector<std::unique_ptr<Remote>> remotes;
  for (int i = 0; i < 5; ++i) remotes.push_back(world.open("/old/a.git"));
  std::vector<coro::Task<std::vector<Ref>>> queries;
  for (const auto& remote : remotes) queries.push_back(remote->ls_refs({"refs/heads/"}));
  for (const auto& refs : world.runtime.run(coro::all(std::move(queries)))) CHECK(refs.size() == 2);
  std::uint64_t presumed = 0;
  for (const auto& remote : remotes) {
    presumed += remote->traffic().requests;
    CHECK(remote->traffic().handshakes <= 2);
    CHECK(remote->traffic().retries <= 1);
  }
  CHECK(presumed == 5);  // in v2, and none afterwards
}

TEST_CASE("http: concurrent redirects are all followed") {
  HttpWorld world;
  std::vector<std::unique_ptr<Remote>> remotes;
  for (int i = 0; i < 3; ++i) remotes.push_back(world.open("/moved/a.git"));
  std::vector<coro::Task<std::vector<Ref>>> queries;
  for (const auto& remote : remotes) queries.push_back(remote->ls_refs({"refs/heads/"}));
  for (const auto& refs : world.runtime.run(coro::all(std::move(queries)))) CHECK(refs.size() == 2);
}

TEST_CASE("http: a server with an older protocol is used with that protocol") {
  HttpWorld world;
  const auto remote = world.open("/old/a.git");
  CHECK(test::as_ls_remote(world.runtime.run(remote->ls_refs({}))) ==
        test::git_ls_remote(world.server.root() / "a.git"));
  CHECK(remote->traffic().handshakes == 2);
  CHECK(remote->traffic().requests == 1);  // in v2, before the protocol was known
  const auto next = world.open("/old/a.git");
  CHECK(world.runtime.run(next->ls_refs({"refs/heads/"})).size() == 2);
  CHECK(next->traffic().handshakes == 1);

  SUBCASE("the next run does not assume v2") {
    Connector again(world.runtime.reactor(), world.runtime.pool(), world.memory);
    const auto later = again.open(unwrap(atom::Url::parse(world.server.url() + "/old/a.git")));
    CHECK(world.runtime.run(later->ls_refs({"refs/heads/"})).size() == 2);
    CHECK(later->traffic().requests == 0);
  }
}

TEST_CASE("http: a host that is wrongly assumed to speak v2") {
  HttpWorld world;
  world.runtime.run(world.open("/a.git")->ls_refs({}));
  const auto remote = world.open("/old/a.git");
  CHECK(world.runtime.run(remote->ls_refs({"refs/tags/"})).size() == 1);
  CHECK(remote->traffic().handshakes == 2);
  CHECK(remote->traffic().requests == 1);
}

TEST_CASE("http: a redirect of discovery is followed for the lifetime of the remote") {
  HttpWorld world;
  const auto remote = world.open("/moved/a.git");
  CHECK(world.runtime.run(remote->ls_refs({})).size() == 8);
  CHECK(world.runtime.run(remote->ls_refs({})).size() == 8);
  CHECK(world.server.log().size() == 5);  // requested at the old URL, redirected to the new one, and requested there
                                          // twice

  SUBCASE("also if the host is known and the first command is redirected") {
    const auto known = world.open("/moved/a.git");
    CHECK(world.runtime.run(known->ls_refs({})).size() == 8);
    CHECK(known->traffic().handshakes == 2);
    CHECK(known->traffic().requests == 2);
    CHECK(known->traffic().retries == 1);
  }
  SUBCASE("and if several commands are redirected concurrently") {
    const auto known = world.open("/moved/a.git");
    std::vector<coro::Task<std::vector<Ref>>> queries;
    for (int i = 0; i < 3; ++i) queries.push_back(known->ls_refs({}));
    for (const auto& refs : world.runtime.run(coro::all(std::move(queries)))) CHECK(refs.size() == 8);
  }
  SUBCASE("a redirect of a command is not") {
    const auto fickle = world.open("/fickle/a.git");
    CHECK(failure_of(world, *fickle).message().contains("unexpected redirect"));
    CHECK(world.server.log().back().path == "/fickle/a.git/git-upload-pack");
    CHECK(fickle->traffic().requests == 2);  // once on the assumption, once after its own handshake
  }
}

TEST_CASE("http: secrets are sent only to the origin of the URL") {
  HttpWorld world;
  const std::string host = world.server.url().substr(7);
  const auto own = world.open_url("http://joe:s3cret@" + host + "/private/a.git");
  CHECK(world.runtime.run(own->ls_refs({})).size() == 8);
  for (const auto& request : world.server.log()) CHECK(request.authorization.starts_with("Basic "));

  const auto away = world.open_url("http://joe:s3cret@" + host + "/away/a.git");
  CHECK(world.runtime.run(away->ls_refs({})).size() == 8);
  bool seen = false;
  for (const auto& request : world.server.log()) {
    if (request.port != world.server.other_port()) continue;
    seen = true;
    CHECK(request.authorization == "-");
  }
  CHECK(seen);

  const auto without = world.open("/private/a.git");
  const Error error = failure_of(world, *without);
  CHECK(error.message().contains("authentication required"));
  CHECK(error.hint().contains("credential helper"));
  CHECK_FALSE(error.is_retryable());
  const auto broken = world.open_url("http://joe:s3cret@" + host + "/none.git");
  const Error other = failure_of(world, *broken);
  CHECK_FALSE(other.message().contains("s3cret"));
  CHECK_FALSE(other.context().at(0).contains("s3cret"));
}

TEST_CASE("http: a cancelled request ends, and the host remains usable") {
  HttpWorld world;
  const auto remote = world.open("/a.git");
  const auto none = world.open("/none.git");
  std::vector<coro::Task<std::vector<Ref>>> both;
  both.push_back(remote->ls_refs({}));
  both.push_back(none->ls_refs({}));
  CHECK_THROWS_AS(world.runtime.run(coro::all(std::move(both))), Error);
  CHECK(world.runtime.run(remote->ls_refs({})).size() == 8);
}

// During its lifetime, the process trusts one certificate authority.
struct Trust {
  explicit Trust(const std::string& file) { setenv("GIT_SSL_CAINFO", file.c_str(), 1); }
  ~Trust() { unsetenv("GIT_SSL_CAINFO"); }
};

// Slow to process each chunk.
class SlowSink final : public net::ByteSink {
 public:
  coro::Task<> write(std::span<const std::byte> bytes) override {
    size += bytes.size();
    for (int i = 0; i < 20; ++i) co_await coro::checkpoint();
  }
  std::size_t size = 0;
};

TEST_CASE("https: one HTTP/2 connection is shared by all requests") {
  HttpWorld world;
  const Trust trust(world.server.certificate().string());
  Connector connector(world.runtime.reactor(), world.runtime.pool(), world.memory);
  const auto url = unwrap(atom::Url::parse(world.server.tls_url() + "/a.git"));
  std::vector<std::unique_ptr<Remote>> remotes;
  std::vector<coro::Task<std::vector<Ref>>> queries;
  connector.named_by_user(url);
  for (int i = 0; i < 20; ++i) remotes.push_back(connector.open(url));
  for (const auto& remote : remotes) queries.push_back(remote->ls_refs({}));
  const auto answers = world.runtime.run(coro::all(std::move(queries)));
  for (const auto& refs : answers) CHECK(refs.size() == 8);

  std::vector<SlowSink> sinks(10);
  std::vector<coro::Task<>> fetches;
  const std::vector wants = {answers[0][0].id};
  for (std::size_t i = 0; i < sinks.size(); ++i) fetches.push_back(remotes[i]->fetch(wants, sinks[i]));
  world.runtime.run(coro::all(std::move(fetches)));
  for (const SlowSink& sink : sinks) CHECK(sink.size == sinks[0].size);
  CHECK(sinks[0].size > 100'000);

  std::set<std::string> connections;
  const auto log = world.server.log();
  CHECK(log.size() == 31);
  for (const LoggedRequest& request : log) {
    connections.insert(request.connection);
    CHECK(request.http == "HTTP/2.0");
  }
  CHECK(connections.size() == 1);
}

TEST_CASE("https: a redirect to http is not followed, whichever origin the secret is for") {
  HttpWorld world;
  const Trust trust(world.server.certificate().string());
  Connector connector(world.runtime.reactor(), world.runtime.pool(), world.memory);
  const std::string host = world.server.tls_url().substr(8);
  const auto remote = connector.open(unwrap(atom::Url::parse("https://joe:s3cret@" + host + "/away/a.git")));
  const Error error = failure_of(world, *remote);
  CHECK(error.message().contains("is not https"));
  CHECK_FALSE(error.message().contains("s3cret"));
  for (const LoggedRequest& request : world.server.log()) CHECK(request.port != world.server.other_port());
}

TEST_CASE("http: a server that sends only keep-alives is aborted") {
  const net::test::RawServer server([](net::test::RawServer::Connection& connection, const std::string& request) {
    if (request.starts_with("GET")) {
      return connection.send(net::test::http_response("200 OK", "application/x-git-upload-pack-advertisement",
                                                      "000eversion 2\n000cls-refs\n0012fetch=shallow\n0000"));
    }
    connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n\r\n000dpackfile\n");
    while (connection.send("0005\x01")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return false;
  });
  HttpWorld world;
  net::Timeouts timeouts;
  timeouts.stall = std::chrono::seconds(1);  // ten times as long for a pack
  Connector connector(world.runtime.reactor(), world.runtime.pool(), world.memory, timeouts);
  const auto remote = connector.open(unwrap(atom::Url::parse(server.url() + "/a.git")));
  FetchOptions options;
  options.hasty = true;
  test::StringSink sink;
  const std::vector wants = {unwrap(atom::ObjectId::parse(std::string(40, '1')))};
  try {
    world.runtime.run(remote->fetch(wants, sink, options));
    FAIL("fetched");
  } catch (const Error& error) {
    CHECK(error.message().contains("no pack data for 10 s"));
    CHECK(error.hint().contains("net.stall"));
  }
  CHECK(sink.pack.empty());
}

TEST_CASE("https: a server without a trusted certificate is rejected with a hint") {
  HttpWorld world;
  const auto remote = world.open_url(world.server.tls_url() + "/a.git");
  const Error error = failure_of(world, *remote);
  CHECK_FALSE(error.is_retryable());
  CHECK(error.hint().contains("SSL_CERT_FILE"));
  CHECK(remote->traffic().retries == 0);
}

TEST_CASE("http: every request has the User-Agent of a git client, or the configured one") {
  HttpWorld world;
  const auto shy = world.open("/shy/a.git");
  const auto refs = world.runtime.run(shy->ls_refs({"refs/heads/main"}));
  REQUIRE(refs.size() == 1);
  test::StringSink sink;
  world.runtime.run(shy->fetch({refs[0].id}, sink));
  CHECK(sink.pack.starts_with("PACK"));
  CHECK(failure_of(world, *world.open("/mine/a.git")).message().contains("403"));

  UserConfig config(std::vector<UserConfig::Entry>{{"http." + world.server.url() + "/mine.useragent", "mine/1"}});
  Connector configured(world.runtime.reactor(), world.runtime.pool(), world.memory, {}, std::move(config));
  const auto mine = configured.open(unwrap(atom::Url::parse(world.server.url() + "/mine/a.git")));
  test::StringSink own;
  CHECK(world.runtime.run(mine->ls_refs({"refs/heads/main"})).size() == 1);
  world.runtime.run(mine->fetch({refs[0].id}, own));
  CHECK(own.pack == sink.pack);
}

namespace {

// Refs that do not exist, and main in the middle.
std::vector<std::string> many_prefixes(std::size_t count, bool random) {
  std::vector<std::string> out;
  std::uint64_t state = 1;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = "refs/heads/none-" + std::to_string(i) + "-";
    for (int n = 0; n < 40; ++n) {
      state = state * 6364136223846793005 + 1442695040888963407;
      name += random ? "0123456789abcdef"[state >> 60] : 'x';
    }
    out.push_back(std::move(name));
  }
  out[count / 2] = "refs/heads/main";
  return out;
}

}  // namespace

TEST_CASE("http: large bodies of requests are compressed, and sent in parts if they are still too large") {
  HttpWorld world;
  const auto remote = world.open("/small/a.git");
  world.runtime.run(remote->ls_refs({"refs/heads/main"}));
  const auto requests = remote->traffic().requests;
  const auto sent = remote->traffic().bytes_sent;
  CHECK(world.runtime.run(remote->ls_refs(many_prefixes(1000, false))).size() == 1);
  CHECK(remote->traffic().requests == requests + 1);
  CHECK(remote->traffic().bytes_sent - sent < 20'000);
  // About 30 KB when compressed: refused, and then two halves.
  CHECK(world.runtime.run(remote->ls_refs(many_prefixes(1000, true))).size() == 1);
  CHECK(remote->traffic().requests == requests + 1 + 3);
  CHECK(remote->traffic().retries == 0);
}

TEST_CASE("http: a busy response to the first command, or to the handshake beside it, costs one wait") {
  for (const char* const refused : {"POST", "GET"}) {
    CAPTURE(refused);
    std::mutex mutex;
    std::vector<std::string> asked;
    const net::test::RawServer server([&](net::test::RawServer::Connection& connection, const std::string& request) {
      const std::string method = request.substr(0, request.find(' '));
      {
        const std::scoped_lock lock(mutex);
        asked.push_back(method);
        if (method == refused && std::ranges::count(asked, method) == 1) {
          return connection.send(net::test::http_response("429 Slow down", "text/plain", "", "Retry-After: 1\r\n"));
        }
      }
      if (method == "POST") {
        return connection.send(net::test::http_response("200 OK", "application/x-git-upload-pack-result", "0000"));
      }
      return connection.send(net::test::http_response("200 OK", "application/x-git-upload-pack-advertisement",
                                                      "000eversion 2\n000cls-refs\n0012fetch=shallow\n0000"));
    });
    HttpWorld world;
    std::vector<net::HostRests::Wait> waits;
    Connector connector(world.runtime.reactor(), world.runtime.pool(), world.memory, {}, {}, {},
                        [&](const net::HostRests::Wait& wait) { waits.push_back(wait); });
    const atom::Url url = unwrap(atom::Url::parse(server.url() + "/a.git"));
    connector.named_by_user(url);
    const auto remote = connector.open(url);
    CHECK(world.runtime.run(remote->ls_refs({})).empty());
    const bool command = refused == std::string("POST");
    CHECK(std::ranges::count(asked, "POST") == (command ? 2 : 1));
    CHECK(std::ranges::count(asked, "GET") == 1);
    CHECK(remote->traffic().retries == (command ? 1 : 0));
    CHECK(waits.size() == (command ? 2 : 0));  // its begin and its end
    // The next request waits for the time that was named to the handshake.
    CHECK(world.runtime.run(remote->ls_refs({})).empty());
    CHECK(waits.size() == 2);
  }
}

}  // namespace eka::git
