// The complete path from Connector to git daemon and sshd and back.
#include <cstdlib>

#include <doctest/doctest.h>

#include "coro/run/runtime.h"
#include "coro/task/task_group.h"
#include "git/libgit2/libgit2.h"
#include "git/remote/connector.h"
#include "git/transport/ssh.h"
#include "tests/git/in_memory.h"
#include "tests/git/repository.h"
#include "tests/git/stream_servers.h"

namespace eka::git {
namespace {

struct StreamWorld {
  std::unique_ptr<Remote> open(const std::string& url) { return connector.open(unwrap(atom::Url::parse(url))); }
  std::vector<Ref> refs(Remote& remote, std::vector<std::string> prefixes = {}) {
    return runtime.run(remote.ls_refs(std::move(prefixes)));
  }
  std::string fetch(Remote& remote, const atom::ObjectId& want, FetchOptions options = {}) {
    test::StringSink sink;
    runtime.run(remote.fetch({want}, sink, std::move(options)));
    return sink.pack;
  }
  Error failure_of(Remote& remote) {
    try {
      refs(remote);
    } catch (const Error& error) {
      return error;
    }
    return Error(Kind::failure, "it succeeded");
  }

  Libgit2 libgit2;
  coro::Runtime runtime{2};
  test::MapMemory memory;
  Connector connector{runtime.reactor(), runtime.pool(), memory};
};

// Created before the StreamWorld, whose Connector reads the environment.
struct Ssh {
  explicit Ssh(const std::string& settings = "AcceptEnv GIT_PROTOCOL\n") : server(settings) {
    setenv("GIT_SSH_COMMAND", ("ssh -F " + server.client().string()).c_str(), 1);
  }
  ~Ssh() { unsetenv("GIT_SSH_COMMAND"); }
  Ssh(const Ssh&) = delete;
  Ssh& operator=(const Ssh&) = delete;
  std::filesystem::path repository(const std::string& name) const {
    test::make_repository(server.home() / name);
    return server.home() / name;
  }
  std::string url(const std::filesystem::path& repository) const { return server.url() + repository.string(); }

  test::SshServer server;
};

std::string all_objects_of(const std::filesystem::path& repository, const std::string& revision) {
  return test::shell(repository, "git rev-list --objects " + revision +
                                     " | cut -d' ' -f1 | git cat-file --batch-check | LC_ALL=C sort");
}

}  // namespace

TEST_CASE("git://: refs and objects over one connection") {
  test::GitDaemon server;
  test::make_repository(server.root() / "a.git");
  StreamWorld world;
  const auto remote = world.open(server.url() + "/a.git");
  const auto refs = world.refs(*remote);
  CHECK(test::as_ls_remote(refs) == test::git_ls_remote(server.root() / "a.git"));
  const auto main = world.refs(*remote, {"refs/heads/main"});
  REQUIRE(main.size() == 1);
  CHECK(test::objects_of(world.fetch(*remote, main[0].id)) == all_objects_of(server.root() / "a.git", "main"));
  CHECK(server.connections() == 1);
  CHECK(remote->traffic().requests == 3);
  CHECK(remote->traffic().handshakes == 1);
  CHECK(remote->traffic().retries == 0);
  CHECK(remote->traffic().bytes_received > 150'000);
  CHECK(remote->traffic().bytes_sent > 100);

  SUBCASE("the next run sends a request before the greeting, and nothing more") {
    Connector next(world.runtime.reactor(), world.runtime.pool(), world.memory);
    const auto again = next.open(remote->url());
    CHECK(world.runtime.run(again->ls_refs({"refs/tags/"})).size() == 1);
    CHECK(again->traffic().requests == 1);
    CHECK(again->traffic().handshakes == 1);
    CHECK(again->traffic().retries == 0);
    CHECK(server.connections() == 2);
  }
  SUBCASE("a wrong assumption about the host is corrected by its greeting") {
    world.memory.facts["git://127.0.0.1:" + server.url().substr(16)] = {.speaks_v2 = true,
                                                                        .agent_capabilities = "ls-refs\nfetch\n"};
    Connector next(world.runtime.reactor(), world.runtime.pool(), world.memory);
    const auto again = next.open(remote->url());
    FetchOptions options;
    options.depth = 1;  // which the assumed capabilities lack
    test::StringSink sink;
    CHECK(world.runtime.run(again->ls_refs({"refs/tags/"})).size() == 1);
    world.runtime.run(again->fetch({main[0].id}, sink, options));
    CHECK_FALSE(sink.pack.empty());
  }
}

TEST_CASE("git://: many concurrent remotes, one of them missing") {
  test::GitDaemon server;
  test::make_repository(server.root() / "a.git");
  StreamWorld world;
  std::vector<std::unique_ptr<Remote>> remotes;
  std::vector<coro::Task<std::vector<Ref>>> queries;
  for (int i = 0; i < 30; ++i) {
    const std::string name = "r" + std::to_string(i) + ".git";
    std::filesystem::create_symlink("a.git", server.root() / name);
    remotes.push_back(world.open(server.url() + "/" + name));
    queries.push_back(remotes.back()->ls_refs({"refs/heads/"}));
  }
  for (const auto& refs : world.runtime.run(coro::all(std::move(queries)))) CHECK(refs.size() == 2);
  CHECK(server.connections() == 30);

  const auto missing = world.open(server.url() + "/missing.git");
  const Error error = world.failure_of(*missing);
  CHECK(error.kind() == Kind::remote);
  CHECK(error.message().find("no such repository") != std::string::npos);
  CHECK(missing->traffic().retries == 0);
}

TEST_CASE("cyclic symrefs are omitted and do not block") {
  test::GitDaemon server;
  const auto repository = server.root() / "a.git";
  test::make_repository(repository);
  test::shell(repository,
              "git symbolic-ref refs/heads/a refs/heads/b && git symbolic-ref refs/heads/b refs/heads/a && "
              "git symbolic-ref refs/heads/itself refs/heads/itself && git symbolic-ref HEAD refs/heads/a");
  StreamWorld world;
  const auto remote = world.open(server.url() + "/a.git");
  const auto local = world.open(repository.string());
  const auto refs = test::as_ls_remote(world.refs(*remote));
  CHECK(refs == test::git_ls_remote(repository));
  CHECK(refs.find("refs/heads/main") != std::string::npos);
  CHECK(refs.find("HEAD") == std::string::npos);
  CHECK(test::as_ls_remote(world.refs(*local)) == refs);
}

TEST_CASE("git://: connection refused") {
  StreamWorld world;
  std::string url;
  {
    const test::GitDaemon server;
    url = server.url();
  }
  const auto remote = world.open(url + "/a.git");
  const Error error = world.failure_of(*remote);
  CHECK(error.kind() == Kind::remote);
  CHECK(error.message().find("Connection refused") != std::string::npos);
  CHECK(remote->traffic().retries == 3);
}

TEST_CASE("ssh: refs and objects over one session") {
  const Ssh ssh;
  const auto repository = ssh.repository("a.git");
  StreamWorld world;
  const auto remote = world.open(ssh.url(repository));
  CHECK(test::as_ls_remote(world.refs(*remote)) == test::git_ls_remote(repository));
  const auto main = world.refs(*remote, {"refs/heads/main"});
  REQUIRE(main.size() == 1);
  CHECK(test::objects_of(world.fetch(*remote, main[0].id)) == all_objects_of(repository, "main"));
  CHECK(ssh.server.logins() == 1);
  CHECK(remote->traffic().requests == 3);
  CHECK(remote->traffic().handshakes == 1);
  CHECK(remote->traffic().retries == 0);
}

TEST_CASE("ssh: a path is passed as one word, whatever it contains") {
  const Ssh ssh;
  StreamWorld world;
  for (const char* const name : {"it's", "$(touch pwned)", "a;b", "new%0aline", "`id`", "ex!clam", "a b\"c"}) {
    INFO(name);
    const std::string spelled(name);
    if (spelled.find("%0a") != std::string::npos) {
      CHECK_FALSE(atom::Url::parse(ssh.server.url() + "/" + spelled));  // control characters are rejected earlier
      continue;
    }
    const auto repository = ssh.repository(spelled);
    const auto remote = world.open(ssh.server.url() + repository.string());
    CHECK(world.refs(*remote, {"refs/heads/"}).size() == 2);
  }
  CHECK(shell_quoted("a'b\n!$(c)") == "'a'\\''b\n'\\!'$(c)'");
}

TEST_CASE("ssh: arguments that look like options are rejected before a process is started") {
  for (const char* const url :
       {"ssh://-oProxyCommand=x/r", "ssh://-l@host/r", "-oProxyCommand=x@host:r", "host.tld:-r", "ssh://u@-h/r"}) {
    CHECK_FALSE(atom::Url::parse(url));
  }
}

TEST_CASE("ssh: an unknown host, a missing key and a missing repository are reported with hints") {
  const Ssh ssh;
  const auto repository = ssh.repository("a.git");
  StreamWorld world;
  const auto missing = world.open(ssh.server.url() + "/nowhere.git");
  const Error no_repository = world.failure_of(*missing);
  CHECK(no_repository.kind() == Kind::remote);
  CHECK(no_repository.message().find("does not appear to be a git repository") != std::string::npos);
  CHECK(no_repository.hint().find("path") != std::string::npos);
  CHECK(missing->traffic().retries == 0);

  test::write_file(ssh.server.home() / "authorized", "");
  const Error no_key = world.failure_of(*world.open(ssh.url(repository)));
  CHECK(no_key.message().find("Permission denied") != std::string::npos);
  CHECK(no_key.hint().find("ssh-add") != std::string::npos);

  ssh.server.make_unknown();
  const auto stranger = world.open(ssh.url(repository));
  const Error unknown = world.failure_of(*stranger);
  CHECK(unknown.message().find("Host key verification failed") != std::string::npos);
  CHECK(unknown.hint().find("known_hosts") != std::string::npos);
  CHECK(stranger->traffic().retries == 0);
}

TEST_CASE("ssh: fewer concurrent sessions are used if the server limits logins") {
  const Ssh ssh("AcceptEnv GIT_PROTOCOL\nMaxStartups 2:100:3\n");
  const auto repository = ssh.repository("a.git");
  StreamWorld world;
  std::vector<std::unique_ptr<Remote>> remotes;
  std::vector<coro::Task<std::vector<Ref>>> queries;
  for (int i = 0; i < 8; ++i) {
    const auto name = ssh.server.home() / ("r" + std::to_string(i) + ".git");
    std::filesystem::create_symlink("a.git", name);
    remotes.push_back(world.open(ssh.url(name)));
    queries.push_back(remotes.back()->ls_refs({"refs/heads/"}));
  }
  for (const auto& refs : world.runtime.run(coro::all(std::move(queries)))) CHECK(refs.size() == 2);
}

TEST_CASE("ssh: an error output line of ten megabytes") {
  const std::string line = "head -c 10000000 /dev/zero | tr '\\0' '\\033' >&2; ";
  SUBCASE("does not delay the response") {
    const Ssh ssh("AcceptEnv GIT_PROTOCOL\nForceCommand " + line + "exec sh -c \"$SSH_ORIGINAL_COMMAND\"\n");
    const auto repository = ssh.repository("a.git");
    StreamWorld world;
    const auto remote = world.open(ssh.url(repository));
    CHECK(test::as_ls_remote(world.refs(*remote)) == test::git_ls_remote(repository));
    CHECK(remote->traffic().bytes_received < 10'000);  // error output is not counted
  }
  SUBCASE("is truncated and escaped in the error") {
    const Ssh ssh("ForceCommand echo 'the reason' >&2; " + line + "exit 1\n");
    StreamWorld world;
    const Error error = world.failure_of(*world.open(ssh.server.url() + "/a.git"));
    CHECK(error.kind() == Kind::remote);
    CHECK(error.message().find("the reason") != std::string::npos);
    CHECK(error.message().find('\x1b') == std::string::npos);
    CHECK(error.message().find("\\x1b") != std::string::npos);
    CHECK(error.message().size() < 2000);
  }
}

TEST_CASE("ssh: text that the login shell prints is named as the cause") {
  for (const std::string text : {"Welcome to h\\n", "Added to the log\\n", "dead letters\\n", "\\r\\n\\r\\nWelcome\\n",
                                 "9999 users\\n", "0008x", "ab\\n", "This account is not available.\\n"}) {
    CAPTURE(text);
    setenv("GIT_SSH_COMMAND", ("f() { printf '" + text + "'; cat; }; f").c_str(), 1);
    StreamWorld world;
    const auto remote = world.open("ssh://git@h.example/x.git");
    const Error error = world.failure_of(*remote);
    CHECK(error.kind() == Kind::remote);
    CHECK_FALSE(error.is_retryable());
    CHECK(error.message().contains("ssh to h.example: the login shell prints text before git responds: \""));
    CHECK(error.hint().contains(".bashrc"));
  }
  unsetenv("GIT_SSH_COMMAND");
}

TEST_CASE("ssh: error output is escaped, and determines whether to retry") {
  const Error hostile = ssh_error("\x1b]52;c;evil\x07\nPermission denied (publickey).\r\n", 255, "host");
  CHECK(hostile.message().find('\x1b') == std::string::npos);
  CHECK(hostile.message().find("Permission denied (publickey).") != std::string::npos);
  CHECK_FALSE(hostile.is_retryable());
  CHECK(ssh_error("kex_exchange_identification: read: Connection reset by peer", 255, "h").is_retryable());
  CHECK(ssh_error("ssh: Could not resolve hostname h: Temporary failure in name resolution", 255, "h").is_retryable());
  CHECK_FALSE(ssh_error("ssh: Could not resolve hostname h: Name or service not known", 255, "h").is_retryable());
  CHECK(ssh_error(std::string(100'000, 'x'), 255, "h").message().size() < 2000);
  CHECK_FALSE(ssh_error("", 1, "h").is_retryable());
}

}  // namespace eka::git
