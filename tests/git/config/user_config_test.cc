#include "git/config/user_config.h"

#include <cstdlib>
#include <map>
#include <optional>

#include <doctest/doctest.h>

#include "git/config/http_settings.h"
#include "git/config/url_pattern.h"
#include "tests/git/repository.h"

namespace eka::git {
namespace {

atom::Url url(const std::string& text) {
  return unwrap(atom::Url::parse(text));
}

class Environment {
 public:
  explicit Environment(const std::map<std::string, std::string>& variables) {
    for (const auto& [name, value] : variables) {
      const char* const before = std::getenv(name.c_str());
      if (before != nullptr) before_[name] = before;
      setenv(name.c_str(), value.c_str(), 1);
      names_.push_back(name);
    }
  }
  ~Environment() {
    for (const std::string& name : names_) unsetenv(name.c_str());
    for (const auto& [name, value] : before_) setenv(name.c_str(), value.c_str(), 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::string> before_;
};

// Unsets a variable during its lifetime.
class Unset {
 public:
  explicit Unset(const char* name) : name_(name) {
    if (const char* const before = std::getenv(name)) before_ = before;
    unsetenv(name);
  }
  ~Unset() {
    if (before_) setenv(name_, before_->c_str(), 1);
  }
  Unset(const Unset&) = delete;
  Unset& operator=(const Unset&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("user config: files in git's order, includes, and the environment last") {
  const test::TemporaryDirectory home;
  test::write_file(home.path() / "system", "[core]\n\tsshCommand = one\n[http]\n\tproxy = http://system:1\n");
  test::write_file(home.path() / ".gitconfig",
                   "[include]\n\tpath = more\n[core]\n\tsshCommand = two\n[a \"B.c\"]\n\tD\n");
  test::write_file(home.path() / "more", "[http]\n\tproxy = http://included:1\n");
  const Environment environment({{"GIT_CONFIG_SYSTEM", (home.path() / "system").string()},
                                 {"HOME", home.path().string()},
                                 {"XDG_CONFIG_HOME", (home.path() / "xdg").string()},
                                 {"GIT_CONFIG_COUNT", "1"},
                                 {"GIT_CONFIG_KEY_0", "HTTP.https://H.example/.ExtraHeader"},
                                 {"GIT_CONFIG_VALUE_0", "X: y"}});
  const Unset global("GIT_CONFIG_GLOBAL");
  const UserConfig config = UserConfig::load();
  CHECK(config.value("core.sshcommand") == "two");
  CHECK(config.value("http.proxy") == "http://included:1");
  CHECK(config.value("a.B.c.d") == "true");
  CHECK(config.values_for("http", "extraheader", url("https://h.example/r")) == std::vector<std::string>{"X: y"});

  SUBCASE("the system file can be skipped and the user's file replaced") {
    test::write_file(home.path() / "other", "[x]\n\ty = z\n");
    const Environment more({{"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", (home.path() / "other").string()}});
    const UserConfig other = UserConfig::load();
    CHECK_FALSE(other.value("core.sshcommand"));
    CHECK(other.value("x.y") == "z");
  }
  SUBCASE("an invalid file is an error that names it") {
    test::write_file(home.path() / ".gitconfig", "[core\n");
    try {
      UserConfig::load();
      FAIL("read");
    } catch (const Error& error) {
      CHECK(error.kind() == Kind::usage);
      CHECK(error.message().find(".gitconfig") != std::string::npos);
    }
  }
}

TEST_CASE("user config: insteadOf uses the longest match, in either spelling of ssh") {
  const UserConfig config({{"url.https://mirror.example/.insteadof", "https://github.com/"},
                           {"url.ssh://git@deep.example/.insteadof", "https://github.com/deep/"},
                           {"url.https://forge.example/.insteadof", "git@forge.example:"},
                           {"url./srv/git/.insteadof", "https://local.example/"},
                           {"url.ext::sh -c .insteadof", "https://evil.example/"}});
  CHECK(config.rewritten(url("https://github.com/o/r")).str() == "https://mirror.example/o/r");
  CHECK(config.rewritten(url("https://github.com/deep/r")).str() == "ssh://git@deep.example/r");
  CHECK(config.rewritten(url("git@forge.example:o/r")).str() == "https://forge.example/o/r");
  CHECK(config.rewritten(url("ssh://git@forge.example/o/r")).str() == "https://forge.example/o/r");
  CHECK(config.rewritten(url("https://local.example/x")).path() == "/srv/git/x");
  CHECK(config.rewritten(url("https://other.example/x")) == url("https://other.example/x"));
  CHECK_THROWS_AS(config.rewritten(url("https://evil.example/x")), Error);
}

TEST_CASE("user config: insteadOf does not lead a network URL out of the configured directory") {
  const UserConfig config({{"url./srv/git/.insteadof", "https://path.example/"},
                           {"url.file:///srv/git/.insteadof", "https://file.example/"},
                           {"url.https://mirror.example/a/.insteadof", "https://far.example/"},
                           {"url./srv/git/.insteadof", "/home/git/"}});
  CHECK(config.rewritten(url("https://path.example/a..b/..c")).path() == "/srv/git/a..b/..c");
  for (const char* text : {"https://path.example/../secret", "https://path.example/a/..", "https://file.example/../x",
                           "https://file.example/%2e%2e/x", "https://file.example/a/.%2E/../x"}) {
    CAPTURE(text);
    try {
      config.rewritten(url(text));
      FAIL("rewritten");
    } catch (const Error& error) {
      CHECK(error.kind() == Kind::usage);
      CHECK(error.message().contains(".."));
    }
  }
  // Neither gives access to more of this machine: one is remote, the other was a path from the start.
  CHECK(config.rewritten(url("https://far.example/../x")).str() == "https://mirror.example/a/../x");
  CHECK(config.rewritten(url("/home/git/../x")).path() == "/srv/git/../x");
}

TEST_CASE("user config: the best match of http.<url>.* is used") {
  const UserConfig config({{"http.proxy", "http://all:1"},
                           {"http.https://*.example/.proxy", "http://star:1"},
                           {"http.https://a.example/deep.proxy", "http://deep:1"},
                           {"http.https://a.example.proxy", "http://a:1"},
                           {"http.https://a.example:8443/.proxy", ""}});
  CHECK(config.value_for("http", "proxy", url("https://x.test/r")) == "http://all:1");
  CHECK(config.value_for("http", "proxy", url("https://b.example/r")) == "http://star:1");
  CHECK(config.value_for("http", "proxy", url("https://a.example/r")) == "http://a:1");
  CHECK(config.value_for("http", "proxy", url("https://a.example/deep/r")) == "http://deep:1");
  CHECK(config.value_for("http", "proxy", url("https://a.example/deeper")) == "http://a:1");
  CHECK(config.value_for("http", "proxy", url("https://a.example:8443/r")) == "");
  CHECK(config.value_for("http", "proxy", url("http://a.example/r")) == "http://all:1");
  for (const char* const path :
       {"/team/../evil/r", "/team/%2e%2E/evil/r", "/team/./%2e./evil", "/teams/r", "/%74eam/../evil"}) {
    CAPTURE(path);
    CHECK_FALSE(match_url("https://a.example/team", url("https://a.example" + std::string(path))));
    CHECK_FALSE(match_url("https://a.example/team/", url("https://a.example" + std::string(path))));
  }
  CHECK(match_url("https://a.example/team", url("https://a.example/evil/../%74eam/r")));
  CHECK_FALSE(match_url("https://a.example.evil.test/", url("https://a.example/")));
  CHECK_FALSE(match_url("https://user@a.example/", url("https://a.example/")));
  CHECK(match_url("https://user@A.Example:443/", url("https://user@a.example/x")));
}

TEST_CASE("user config: the contexts of credential.<url> are whole URLs or parts of one") {
  const UserConfig config({{"credential.helper", "all"},
                           {"credential.https://h.example.helper", "host"},
                           {"credential.https://h.example/team.helper", "team"},
                           {"credential.https://h.example/team.username", "me"},
                           {"credential.h.example.helper", "part"},
                           {"credential.https://.helper", "scheme"},
                           {"credential.http://.helper", "other scheme"},
                           {"credential.me@h.example.helper", "user"}});
  const std::vector<std::string> host{"https://h.example", "h.example", "https://"};
  CHECK(config.credential_contexts(url("https://h.example/x")) == host);
  CHECK(config.credential_contexts(url("https://h.example/teams/x")) == host);
  CHECK(config.credential_contexts(url("https://h.example/team/x")) ==
        std::vector<std::string>{"https://h.example", "https://h.example/team", "h.example", "https://"});
  CHECK(config.credential_contexts(url("https://me@h.example/x")).back() == "me@h.example");
  CHECK(config.credential_contexts(url("https://h.example.evil/x")) == std::vector<std::string>{"https://"});
  CHECK(config.credential_contexts(url("http://h.example:8080/x")) == std::vector<std::string>{"http://"});
}

TEST_CASE("user config: a user without a password is no login for a proxy") {
  const auto proxy = [](const std::string& configured) {
    const UserConfig config(std::vector<UserConfig::Entry>{{"http.proxy", configured}});
    return http_settings(config, url("https://h.example/r"))->proxy;
  };
  CHECK(proxy("http://bob@p:3128") == "http://p:3128");
  CHECK(proxy("http://bob:@p:3128") == "http://p:3128");
  CHECK(proxy("bob@p:3128") == "p:3128");
  for (const char* const whole : {"http://bob:secret@p:3128", "bob:secret@p", "http://p:3128", "p:3128", ""}) {
    CHECK(proxy(whole) == whole);
  }
  const Environment environment(std::map<std::string, std::string>{{"https_proxy", "http://bob@p:3128"}});
  CHECK(http_settings(UserConfig(), url("https://h.example/r"))->proxy == "http://p:3128");
}

TEST_CASE("user config: the user agent begins like git's unless configured") {
  CHECK(http_settings(UserConfig(), url("https://h.example/r"))->user_agent.starts_with("git/"));
  const UserConfig config(std::vector<UserConfig::Entry>{{"http.https://h.example/.useragent", "mine/1"}});
  CHECK(http_settings(config, url("https://h.example/r"))->user_agent == "mine/1");
  CHECK(http_settings(config, url("https://other.example/r"))->user_agent.starts_with("git/"));
  const Environment environment(
      std::map<std::string, std::string>{{"GIT_HTTP_USER_AGENT", "theirs/2"}, {"GIT_USER_AGENT", "any/3"}});
  CHECK(http_settings(config, url("https://h.example/r"))->user_agent == "theirs/2");
}

TEST_CASE("user config: multiple headers, and an empty value that resets them") {
  const UserConfig config({{"http.extraheader", "A: 1"},
                           {"http.extraheader", ""},
                           {"http.extraheader", "Authorization: secret"},
                           {"http.extraheader", "C: 3"}});
  const auto settings = http_settings(config, url("https://h.example/r"));
  CHECK(settings->headers == std::vector<std::string>{"Authorization: secret", "C: 3"});
  for (const std::string& line : settings->described()) CHECK(line.find("secret") == std::string::npos);
}

TEST_CASE("http settings: the version of HTTP, and certificates of the environment") {
  const auto settings = [](std::vector<UserConfig::Entry> entries) {
    return http_settings(UserConfig(std::move(entries)), url("https://h.example/r"));
  };
  CHECK_FALSE(settings({})->http_1);
  CHECK(settings({{"http.version", "HTTP/1.1"}})->http_1);
  CHECK_FALSE(settings({{"http.version", "HTTP/2"}})->http_1);
  CHECK(settings({{"http.https://h.example/.version", "HTTP/1.1"}})->http_1);
  CHECK_FALSE(settings({{"http.https://other.example/.version", "HTTP/1.1"}})->http_1);
  CHECK(settings({{"http.version", "HTTP/1.1"}})->described().back() == "HTTP/1.1");
  const Environment environment({{"SSL_CERT_DIR", "/certificates"}, {"HOME", "/home/ann"}});
  CHECK(settings({})->ca_path == "/certificates");
  CHECK(settings({{"http.sslcapath", "~/mine"}})->ca_path == "/home/ann/mine");
}

}  // namespace eka::git
