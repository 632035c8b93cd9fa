// Logins from netrc and git's helpers, with a real server that requires one.
#include <cstdlib>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "git/libgit2/libgit2.h"
#include "git/remote/connector.h"
#include "tests/git/git_server.h"
#include "tests/git/in_memory.h"
#include "tests/git/repository.h"

namespace eka::git {
namespace {

// A home directory with a helper that records its input.
struct LoginWorld {
  explicit LoginWorld(const std::string& answer = "username=joe\npassword=s3cret\n") {
    test::make_repository(server.root() / "a.git");
    test::write_file(home.path() / "answer", answer);
    const std::string log = (home.path() / "log").string();
    test::write_file(home.path() / ".gitconfig", "[credential]\n\thelper = \"!f() { echo $1 >> " + log + "; cat >> " +
                                                     log + "; if test $1 = get; then cat " +
                                                     (home.path() / "answer").string() + "; fi; }; f\"\n");
    setenv("HOME", home.path().c_str(), 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    setenv("GIT_CONFIG_GLOBAL", (home.path() / ".gitconfig").c_str(), 1);
  }
  ~LoginWorld() {
    setenv("HOME", home_before.c_str(), 1);
    unsetenv("GIT_CONFIG_NOSYSTEM");
    unsetenv("GIT_CONFIG_GLOBAL");
  }
  LoginWorld(const LoginWorld&) = delete;
  LoginWorld& operator=(const LoginWorld&) = delete;

  std::unique_ptr<Remote> open(const std::string& path) {
    if (!connector) {
      connector.emplace(runtime.reactor(), runtime.pool(), memory, net::Timeouts(), UserConfig::load(),
                        [this](std::string_view text) { told += std::string(text) + "\n"; });
    }
    const atom::Url url = unwrap(atom::Url::parse(server.url() + path));
    connector->named_by_user(url);
    return connector->open(url);
  }
  int asked(const std::string& verb) const {
    return std::stoi("0" + test::shell(home.path(), "touch log; grep -cx " + verb + " log || true"));
  }

  std::string home_before = std::getenv("HOME") == nullptr ? "/" : std::getenv("HOME");
  test::TemporaryDirectory home;
  test::GitServer server;
  Libgit2 libgit2;
  coro::Runtime runtime{2};
  test::MapMemory memory;
  std::string told;
  std::optional<Connector> connector;
};

constexpr const char* joe = "Basic am9lOnMzY3JldA==";

}  // namespace

TEST_CASE("credentials: a helper is asked once per host, and is told that the login was accepted") {
  LoginWorld world;
  std::vector<std::unique_ptr<Remote>> remotes;
  std::vector<coro::Task<std::vector<Ref>>> queries;
  for (int i = 0; i < 5; ++i) {
    remotes.push_back(world.open("/private/a.git"));
    queries.push_back(remotes.back()->ls_refs({"refs/heads/"}));
  }
  for (const auto& refs : world.runtime.run(coro::all(std::move(queries)))) CHECK(refs.size() == 2);
  CHECK(world.asked("get") == 1);
  CHECK(world.asked("store") == 1);
  CHECK(world.asked("erase") == 0);
  int accepted = 0;
  for (const auto& request : world.server.log()) {
    CHECK((request.status == "401" ? request.authorization.size() < 2 : request.authorization == joe));
    if (request.status == "200") ++accepted;
  }
  CHECK(accepted == 6);  // the handshake and five requests
}

TEST_CASE("credentials: no helper is asked if the server requires no login") {
  LoginWorld world;
  CHECK(world.runtime.run(world.open("/a.git")->ls_refs({"refs/heads/"})).size() == 2);
  CHECK(world.asked("get") == 0);
}

TEST_CASE("credentials: a helper for one path is not asked for another, and its login is not sent there") {
  LoginWorld world;
  std::string config = test::read_file(world.home.path() / ".gitconfig");
  config.replace(0, std::string_view("[credential]").size(),
                 "[credential \"" + world.server.url() + "/private/team\"]");
  test::write_file(world.home.path() / ".gitconfig", config);
  for (const char* const name : {"team", "teams", "evil"}) {
    std::filesystem::create_directories(world.server.root() / name);
    std::filesystem::create_symlink("../a.git", world.server.root() / name / "a.git");
  }
  CHECK(world.runtime.run(world.open("/private/team/a.git")->ls_refs({"refs/heads/"})).size() == 2);
  CHECK(world.asked("get") == 1);
  for (const char* const path : {"/private/evil/a.git", "/private/teams/a.git", "/private/team/../evil/a.git",
                                 "/private/team/%2e%2e/evil/a.git"}) {
    CAPTURE(path);
    CHECK_THROWS_AS(world.runtime.run(world.open(path)->ls_refs({"refs/heads/"})), Error);
  }
  CHECK(world.asked("get") == 1);
  for (const auto& request : world.server.log()) {
    if (!request.path.starts_with("/private/team/a.git")) CHECK(request.authorization == "-");
  }
  CHECK(world.runtime.run(world.open("/private/team/a.git")->ls_refs({"refs/heads/"})).size() == 2);
}

TEST_CASE("credentials: netrc takes precedence over helpers") {
  LoginWorld world;
  test::write_file(world.home.path() / ".netrc", "machine 127.0.0.1 login joe password s3cret\n");
  CHECK(world.runtime.run(world.open("/private/a.git")->ls_refs({"refs/heads/"})).size() == 2);
  CHECK(world.asked("get") == 0);
  CHECK(world.server.log().back().authorization == joe);
}

TEST_CASE("credentials: if no helper has a login, the server's error is reported") {
  LoginWorld world("");
  const auto remote = world.open("/private/a.git");
  try {
    world.runtime.run(remote->ls_refs({}));
    FAIL("let in");
  } catch (const Error& error) {
    CHECK(error.kind() == Kind::remote);
    CHECK(error.message().contains("401"));
    CHECK(error.hint().contains("credential helper"));
  }
  CHECK(world.asked("get") == 1);
  CHECK(remote->traffic().retries == 0);
}

TEST_CASE("credentials: a redirect to another origin neither sends nor asks for a login") {
  LoginWorld world;
  CHECK(world.runtime.run(world.open("/private/a.git")->ls_refs({"refs/heads/"})).size() == 2);
  const auto moved = world.open("/away/a.git");
  CHECK(world.runtime.run(moved->ls_refs({"refs/heads/"})).size() == 2);
  for (const auto& request : world.server.log()) {
    if (request.port == world.server.other_port()) CHECK(request.authorization.size() < 2);
  }
  CHECK(world.told.find("s3cret") == std::string::npos);
}

TEST_CASE("configuration: insteadOf redirects, headers are sent, and both are reported without secrets") {
  LoginWorld world;
  test::write_file(world.home.path() / ".gitconfig",
                   "[url \"" + world.server.url() +
                       "/private/\"]\n\tinsteadOf = https://far.example/\n"
                       "[http \"" +
                       world.server.url() + "/private/\"]\n\textraHeader = Authorization: Basic am9lOnMzY3JldA==\n");
  world.open("/a.git");
  const auto remote = world.connector->open(unwrap(atom::Url::parse("https://far.example/a.git")));
  CHECK(remote->url().str() == "https://far.example/a.git");
  CHECK(world.runtime.run(remote->ls_refs({"refs/heads/"})).size() == 2);
  CHECK(world.told.find("https://far.example/a.git is rewritten to " + world.server.url()) != std::string::npos);
  CHECK(world.told.find("uses header Authorization") != std::string::npos);
  CHECK(world.told.find("am9l") == std::string::npos);

  const auto moved = world.open("/away/a.git");
  CHECK(world.runtime.run(moved->ls_refs({"refs/heads/"})).size() == 2);
  for (const auto& request : world.server.log()) {
    if (request.port == world.server.other_port()) CHECK(request.authorization.size() < 2);
  }
}

}  // namespace eka::git
