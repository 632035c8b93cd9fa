// Which connections are reused, and which requests are repeated after one was closed: real servers, which count.
#include <chrono>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "git/libgit2/libgit2.h"
#include "git/remote/connector.h"
#include "tests/git/in_memory.h"
#include "tests/git/repository.h"
#include "tests/git/stream_servers.h"
#include "tests/net/raw_server.h"

namespace eka::git {
namespace {

struct PersistenceWorld {
  std::unique_ptr<Remote> open(const std::string& text) {
    const atom::Url url = unwrap(atom::Url::parse(text));
    connector.named_by_user(url);
    return connector.open(url);
  }
  atom::ObjectId main(Remote& remote) { return runtime.run(remote.ls_refs({"refs/heads/main"})).at(0).id; }
  std::size_t fetch(Remote& remote, const atom::ObjectId& want) {
    test::StringSink sink;
    runtime.run(remote.fetch({want}, sink));
    return sink.pack.size();
  }

  Libgit2 libgit2;
  coro::Runtime runtime{2};
  test::MapMemory memory;
  std::string told;
  Connector connector{
      runtime.reactor(), runtime.pool(), memory, {}, {}, {}, {}, [this](std::string_view text, net::Repeat) {
        told.append(text) += '\n';
      }};
};

// Longer than the idle timeout of these servers.
void idle() {
  std::this_thread::sleep_for(std::chrono::milliseconds(5000));
}

constexpr const char* single = "on a new connection: the server accepts one request";
constexpr const char* closed = "on a new connection: the server closed the idle";

// sshd that drops or accepts GIT_PROTOCOL, and limits the duration of a command.
struct SshUse {
  SshUse(const std::string& settings, const std::string& seconds)
      : server(settings + "ForceCommand timeout " + seconds + " sh -c \"$SSH_ORIGINAL_COMMAND\"\n") {
    setenv("GIT_SSH_COMMAND", ("ssh -F " + server.client().string()).c_str(), 1);
    test::make_repository(server.home() / "a.git");
  }
  ~SshUse() { unsetenv("GIT_SSH_COMMAND"); }
  SshUse(const SshUse&) = delete;
  SshUse& operator=(const SshUse&) = delete;
  std::string url() const { return server.url() + (server.home() / "a.git").string(); }

  test::SshServer server;
};

}  // namespace

TEST_CASE("persistence: git daemon in v0 lists refs and is fetched from over one connection") {
  const test::GitDaemon server(true);
  test::make_repository(server.root() / "a.git");
  PersistenceWorld world;
  const auto remote = world.open(server.url() + "/a.git");
  world.runtime.run(remote->greet());  // detects v0
  const auto main = world.main(*remote);
  const int before = server.connections();
  CHECK(world.fetch(*remote, main) > 1000);
  CHECK(server.connections() == before);
  CHECK(world.fetch(*remote, main) > 1000);
  CHECK(server.connections() == before + 1);  // the last fetch has ended the first connection
  CHECK(remote->traffic().connections == static_cast<std::uint64_t>(server.connections()));
  CHECK(remote->traffic().one_request_per_connection == 0);
  CHECK(remote->traffic().retries == 0);
}

TEST_CASE("persistence: git daemon in v0 closes between two requests") {
  const test::GitDaemon server(true, 3);
  test::make_repository(server.root() / "a.git");
  PersistenceWorld world;
  const auto remote = world.open(server.url() + "/a.git");
  const auto main = world.main(*remote);
  const int before = server.connections();
  idle();
  CHECK(world.fetch(*remote, main) > 1000);
  CHECK(server.connections() == before + 1);
  CHECK(remote->traffic().one_request_per_connection == 1);
  CHECK(remote->traffic().closed_while_idle == 0);
  CHECK(remote->traffic().retries == 0);
  CHECK(world.told.find(single) != std::string::npos);
}

TEST_CASE("persistence: git daemon in v2 closes between two requests") {
  test::GitDaemon server(false, 3);
  test::make_repository(server.root() / "a.git");
  PersistenceWorld world;
  const auto remote = world.open(server.url() + "/a.git");
  const auto main = world.main(*remote);
  CHECK(world.fetch(*remote, main) > 1000);
  CHECK(server.connections() == 1);
  idle();
  CHECK(world.fetch(*remote, main) > 1000);
  CHECK(server.connections() == 2);
  CHECK(remote->traffic().closed_while_idle == 1);
  CHECK(remote->traffic().retries == 0);
  CHECK(world.told.find(closed) != std::string::npos);

  SUBCASE("after two closed connections none is kept, not even in the next run") {
    idle();
    CHECK(world.fetch(*remote, main) > 1000);
    CHECK(remote->traffic().closed_while_idle == 2);
    PersistenceWorld next;
    next.memory.facts = world.memory.facts;
    const auto again = next.open(server.url() + "/a.git");
    const int before = server.connections();
    CHECK(next.fetch(*again, main) > 1000);
    CHECK(next.fetch(*again, main) > 1000);
    CHECK(server.connections() == before + 2);
    CHECK(again->traffic().closed_while_idle == 0);
    CHECK(again->traffic().one_request_per_connection == 0);
  }
  SUBCASE("a request that also fails on the new connection is only retried after a delay") {
    idle();
    server.stop();
    test::StringSink sink;
    CHECK_THROWS_AS(world.runtime.run(remote->fetch({main}, sink)), Error);
    CHECK(remote->traffic().closed_while_idle == 2);
    CHECK(remote->traffic().retries == 3);
  }
}

TEST_CASE("persistence: ssh in v0, two requests in a run") {
  const SshUse ssh("", "20");
  PersistenceWorld world;
  const auto remote = world.open(ssh.url());
  world.runtime.run(remote->greet());
  const int before = ssh.server.logins();
  const auto main = world.main(*remote);
  CHECK(world.fetch(*remote, main) > 1000);
  CHECK(ssh.server.logins() == before + 1);
  CHECK(remote->traffic().one_request_per_connection == 0);
}

TEST_CASE("persistence: ssh whose server ends the command between two requests") {
  for (const bool old : {true, false}) {
    CAPTURE(old);
    const SshUse ssh(old ? "" : "AcceptEnv GIT_PROTOCOL\n", "3");
    PersistenceWorld world;
    const auto remote = world.open(ssh.url());
    if (old) world.runtime.run(remote->greet());
    const auto main = world.main(*remote);
    const int before = ssh.server.logins();
    idle();
    CHECK(world.fetch(*remote, main) > 1000);
    CHECK(ssh.server.logins() == before + 1);
    CHECK(remote->traffic().one_request_per_connection == (old ? 1 : 0));
    CHECK(remote->traffic().closed_while_idle == (old ? 0 : 1));
    CHECK(remote->traffic().retries == 0);
  }
}

namespace {

// git-upload-pack behind an HTTP server that closes its connections in a configurable way.
class HttpGit {
 public:
  // Each connection serves `each` requests; if `polite`, the last response announces the end, otherwise the connection
  // is closed when one more request has arrived. With `old` it uses HTTP/1.0.
  HttpGit(int each, bool polite, bool old = false)
      : each_(each),
        polite_(polite),
        old_(old),
        server_([this](auto& connection, const std::string& request) { return respond(connection, request); }) {
    test::make_repository(home_.path() / "a.git");
  }

  std::string url() const { return server_.url() + "/a.git"; }
  const net::test::RawServer& server() const { return server_; }

 private:
  bool respond(net::test::RawServer::Connection& connection, const std::string& request) {
    const int before = count(connection);
    if (before >= each_) return false;
    const bool last = before + 1 == each_ && polite_;
    const bool get = request.starts_with("GET");
    const std::string body = request.substr(request.find("\r\n\r\n") + 4);
    std::string answer = test::upload_pack(home_.path() / "a.git", get ? "" : body);
    if (get) answer = "001e# service=git-upload-pack\n0000" + answer;
    std::string text = net::test::http_response(
        "200 OK", get ? "application/x-git-upload-pack-advertisement" : "application/x-git-upload-pack-result", answer,
        last && !old_ ? "Connection: close\r\n" : "");
    if (old_) text.replace(0, 8, "HTTP/1.0");
    return connection.send(text) && !last;
  }
  int count(net::test::RawServer::Connection& connection) {
    const std::scoped_lock lock(mutex_);
    int& served = served_[&connection];
    if (served < each_) return served++;
    served_.erase(&connection);
    return each_;
  }

  int each_;
  bool polite_, old_;
  test::TemporaryDirectory home_;
  std::mutex mutex_;
  std::map<net::test::RawServer::Connection*, int> served_;
  net::test::RawServer server_;
};

struct Seen {
  int requests;
  int connections;
  net::Traffic traffic;
};

// A handshake, and four sequential requests.
Seen five_requests(PersistenceWorld& world, const HttpGit& server) {
  const auto remote = world.open(server.url());
  world.runtime.run(remote->greet());
  const auto main = world.main(*remote);
  for (int i = 0; i < 3; ++i) CHECK(world.fetch(*remote, main) > 1000);
  return {server.server().requests(), server.server().connections(), remote->traffic()};
}

std::string origin_of(const HttpGit& server) {
  return unwrap(atom::Url::parse(server.url())).origin();
}

}  // namespace

TEST_CASE("persistence: an HTTP/1.0 server gets one connection per request, and no request twice") {
  const HttpGit server(1, true, true);
  PersistenceWorld world;
  const Seen seen = five_requests(world, server);
  CHECK(seen.requests == 5);
  CHECK(seen.connections == 5);
  CHECK(seen.traffic.connections == 5);
  CHECK(seen.traffic.retries == 0);
  CHECK(seen.traffic.closed_while_idle == 0);
  CHECK_FALSE(world.memory.facts.at(origin_of(server)).persists);
}

TEST_CASE("persistence: a server that closes after several requests and announces it") {
  const HttpGit server(2, true);
  PersistenceWorld world;
  const Seen seen = five_requests(world, server);
  CHECK(seen.requests == 5);
  CHECK(seen.connections == 3);
  CHECK(seen.traffic.closed_while_idle == 0);
  CHECK(world.memory.facts.at(origin_of(server)).persists);
}

TEST_CASE("persistence: a proxy that silently closes used connections") {
  const HttpGit server(2, false);
  PersistenceWorld world;
  const Seen seen = five_requests(world, server);
  CHECK(seen.requests == 7);  // the third and the fifth are sent twice
  CHECK(seen.connections == 3);
  CHECK(seen.traffic.connections == 3);
  CHECK(seen.traffic.closed_while_idle == 2);
  CHECK(seen.traffic.retries == 0);
  CHECK(world.told.find(closed) != std::string::npos);
  CHECK(world.memory.facts.at(origin_of(server)).persists);  // connections are reused some of the time
}

TEST_CASE("persistence: a server that silently closes after each request is detected and remembered") {
  const HttpGit server(1, false);
  PersistenceWorld world;
  const Seen seen = five_requests(world, server);
  CHECK(seen.requests == 9);
  CHECK(seen.connections == 5);
  CHECK(seen.traffic.closed_while_idle == 2);
  CHECK(seen.traffic.one_request_per_connection == 2);
  CHECK(seen.traffic.retries == 0);
  CHECK_FALSE(world.memory.facts.at(origin_of(server)).persists);
}

}  // namespace eka::git
