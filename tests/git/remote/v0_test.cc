// Servers without protocol v2, real ones of every kind: results must equal those of v2.
#include <cstdlib>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "git/libgit2/libgit2.h"
#include "git/remote/connector.h"
#include "git/wire/v0_refs.h"
#include "tests/git/git_server.h"
#include "tests/git/in_memory.h"
#include "tests/git/repository.h"
#include "tests/git/stream_servers.h"

namespace eka::git {
namespace {

struct V0World {
  std::unique_ptr<Remote> open(const std::string& url) { return connector.open(unwrap(atom::Url::parse(url))); }
  std::vector<Ref> refs(Remote& remote, std::vector<std::string> prefixes = {}) {
    return runtime.run(remote.ls_refs(std::move(prefixes)));
  }
  std::string fetch(Remote& remote, const std::vector<atom::ObjectId>& wants, FetchOptions options = {}) {
    test::StringSink sink;
    runtime.run(remote.fetch(wants, sink, std::move(options)));
    return sink.pack;
  }

  Libgit2 libgit2;
  coro::Runtime runtime{2};
  test::MapMemory memory;
  Connector connector{runtime.reactor(), runtime.pool(), memory};
};

std::string described(const std::vector<Ref>& refs) {
  std::string out;
  for (const Ref& ref : refs) {
    out += ref.name + " " + ref.id.hex() + " " + (ref.peeled ? ref.peeled->hex() : "") + " " +
           ref.symref_target.value_or("") + "\n";
  }
  return out;
}

atom::ObjectId id_of(const std::filesystem::path& repository, const std::string& name) {
  return unwrap(atom::ObjectId::parse(test::shell(repository, "git rev-parse '" + name + "'").substr(0, 40)));
}

// `url` serves the repository at `path` in protocol v0.
void try_server(const std::string& url, const std::filesystem::path& path) {
  V0World world;
  const auto remote = world.open(url);
  const auto local = world.open(path.string());

  // Refs, including peeled tags and the target of HEAD.
  CHECK(described(world.refs(*remote)) == described(world.refs(*local)));
  CHECK(described(world.refs(*remote, {"refs/tags/", "HEAD"})) ==
        described(world.refs(*local, {"refs/tags/", "HEAD"})));
  CHECK(world.refs(*remote, {"refs/none/"}).empty());

  // Objects that refs point to, in one request, shallow and complete.
  const auto main = id_of(path, "main");
  const auto atom = id_of(path, "refs/eka/atoms/a/1.0.0");
  CHECK(test::objects_of(world.fetch(*remote, {main, atom})) == test::objects_of(world.fetch(*local, {main, atom})));
  FetchOptions shallow;
  shallow.depth = 1;
  CHECK(world.fetch(*remote, {main}, shallow).size() < world.fetch(*remote, {main}).size());

  // An object that no ref points to: fetched by a ref known to contain it, with its history; otherwise from all
  // branches.
  const auto parent = id_of(path, "main~2");
  FetchOptions at_main = shallow;
  at_main.known_refs.push_back({parent, "refs/heads/main"});
  CHECK(test::objects_of(world.fetch(*remote, {parent}, at_main)) == test::objects_of(world.fetch(*local, {main})));
  CHECK(test::objects_of(world.fetch(*remote, {parent}, shallow)).find(parent.hex()) != std::string::npos);
  FetchOptions nowhere;
  nowhere.known_refs.push_back({parent, "refs/heads/nowhere"});
  CHECK_THROWS_AS(world.fetch(*remote, {parent}, nowhere), Error);

  // If the server allows any object id, only this object is requested.
  test::shell(path, "git config uploadpack.allowAnySHA1InWant true");
  CHECK(test::objects_of(world.fetch(*remote, {parent})) == test::objects_of(world.fetch(*local, {parent})));
  CHECK(remote->traffic().retries == 0);
}

}  // namespace

TEST_CASE("v0: over HTTP") {
  const test::GitServer server;
  test::make_repository(server.root() / "a.git");
  try_server(server.url() + "/old/a.git", server.root() / "a.git");
}

TEST_CASE("v0: over git://") {
  const test::GitDaemon server(true);
  test::make_repository(server.root() / "a.git");
  try_server(server.url() + "/a.git", server.root() / "a.git");
}

TEST_CASE("v0: over ssh, where sshd drops GIT_PROTOCOL") {
  const test::SshServer server("");
  setenv("GIT_SSH_COMMAND", ("ssh -F " + server.client().string()).c_str(), 1);
  test::make_repository(server.home() / "a.git");
  try_server(server.url() + (server.home() / "a.git").string(), server.home() / "a.git");
  unsetenv("GIT_SSH_COMMAND");
}

TEST_CASE("v0: an empty repository has no refs") {
  const test::GitDaemon server(true);
  test::shell(server.root(), "git init -q --bare empty.git");
  V0World world;
  CHECK(world.refs(*world.open(server.url() + "/empty.git")).empty());
}

TEST_CASE("v0: the ref advertisement, split and truncated anywhere") {
  const test::TemporaryDirectory home;
  test::make_repository(home.path());
  const std::string list = test::upload_pack(home.path(), "", "version=1");
  const auto all = [](const Ref&) { return true; };
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, list.size()}) {
    V0RefsParser parser(all);
    for (std::size_t at = 0; at < list.size(); at += step) REQUIRE(parser.feed(list.substr(at, step)));
    CHECK(parser.complete());
    CHECK(parser.features().has("shallow"));
    const auto refs = unwrap(std::move(parser).finish());
    CHECK(refs.size() == 8);
    CHECK(refs.front().symref_target == "refs/heads/main");
  }
  for (std::size_t end = 0; end < list.size(); ++end) {
    V0RefsParser parser(all);
    const auto fed = parser.feed(std::string_view(list).substr(0, end));
    CHECK((!fed || !std::move(parser).finish()));
  }
}

TEST_CASE("v0: malicious advertisements") {
  const auto refused = [](const std::string& payload) {
    PacketWriter out;
    out.data(payload);
    V0RefsParser parser([](const Ref&) { return true; });
    const std::string bytes = std::move(out.flush()).take();
    return !parser.feed(bytes) || !std::move(parser).finish();
  };
  using namespace std::string_literals;
  const std::string id(40, 'a');
  CHECK_FALSE(refused(id + " refs/heads/x\n"));
  CHECK(refused(id + " refs/heads/../x\n"));
  CHECK(refused(id + " refs/heads/\x1b[2J\n"));
  CHECK(refused(id.substr(1) + " refs/heads/x\n"));
  CHECK(refused(id + "refs/heads/x\n"));
  CHECK(refused("ERR no\n"));
  CHECK_FALSE(refused(id + " HEAD\0symref=HEAD:refs/a symref=refs/a:HEAD symref=HEAD:HEAD symref=:"s));
  CHECK(refused(id + " refs/heads/x\0object-format=sha256"s));
}

}  // namespace eka::git
