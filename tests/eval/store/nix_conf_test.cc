// The user's Nix configuration, and the store that follows from it.
#include "eval/store/nix_conf.h"

#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>

#include "eval/store/daemon.h"
#include "eval/store/real_store.h"
#include "tests/eval/world.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// Sets variables of this process, and restores them.
class Environment {
 public:
  void set(const std::string& name, const std::string& value) {
    const char* old = std::getenv(name.c_str());
    before_.emplace(name, old == nullptr ? std::optional<std::string>() : std::string(old));
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : before_) {
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
    }
  }

 private:
  std::map<std::string, std::optional<std::string>> before_;
};

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST_CASE("settings are read as Nix reads them") {
  NixConf conf;
  conf.apply("# store = /no\n\n  store   =  /a   b # comment\nempty =\nstore=/unspaced\nnonsense\nx = 1\nx = 2\n", "/");
  CHECK(conf.setting("store") == "/a b");
  CHECK(conf.setting("empty").empty());
  CHECK(conf.setting("x") == "2");
  CHECK(conf.setting("absent").empty());
}

TEST_CASE("later files take precedence, and include others") {
  const TemporaryDirectory home;
  Environment environment;
  environment.set("NIX_CONF_DIR", (home.path() / "etc").string());
  environment.set("XDG_CONFIG_HOME", (home.path() / "config").string());
  environment.set("XDG_CONFIG_DIRS", (home.path() / "dirs").string());
  environment.set("NIX_CONFIG", "");
  ::unsetenv("NIX_USER_CONF_FILES");
  const auto store = [] { return NixConf::of_user().setting("store"); };

  CHECK(store().empty());
  write(home.path() / "etc/nix.conf", "store = /machine\n");
  CHECK(store() == "/machine");
  write(home.path() / "dirs/nix/nix.conf", "store = /dirs\n");
  CHECK(store() == "/dirs");
  write(home.path() / "config/nix/nix.conf", "store = /user\ninclude sub/more.conf\n!include absent.conf\n");
  CHECK(store() == "/user");
  write(home.path() / "config/nix/sub/more.conf", "store = /included\n");
  CHECK(store() == "/included");
  write(home.path() / "config/nix/sub/more.conf", "include ../nix.conf\nstore = /cycle\n");
  CHECK(store() == "/cycle");
  environment.set("NIX_USER_CONF_FILES", (home.path() / "a").string() + ":" + (home.path() / "b").string());
  CHECK(store() == "/machine");
  write(home.path() / "b", "store = /b\n");
  write(home.path() / "a", "store = /a\n");
  CHECK(store() == "/a");
  environment.set("NIX_CONFIG", "cores = 2\nstore = /variable");
  CHECK(store() == "/variable");
}

TEST_CASE("the root of a store on this machine") {
  const auto root = [](const std::string& store) { return root_of(store).value_or("elsewhere").string(); };
  CHECK(root("daemon") == "/");
  CHECK(root("local") == "/");
  CHECK(root("/x/y") == "/x/y");
  CHECK(root("local?root=/x") == "/x");
  CHECK(root("local:///x") == "/x");
  CHECK(root("/x?trusted=true") == "/x");
  CHECK(root("unix:///run/socket?root=/x") == "/x");
  CHECK(root("unix:///run/socket") == "elsewhere");
  CHECK(root("local?real=/x/store") == "elsewhere");
  CHECK(root("ssh-ng://host") == "elsewhere");
  CHECK(root("https://cache.invalid") == "elsewhere");
  CHECK(Daemon::socket_of("unix:///run/socket?root=/x") == fs::path("/run/socket"));
  CHECK_FALSE(Daemon::socket_of("local"));
  CHECK(is_daemon("unix:///run/socket"));
}

TEST_CASE("a store that the configuration names is used; one at another store directory is refused") {
  Environment environment;
  environment.set("NIX_CONF_DIR", "/nonexistent");
  environment.set("NIX_USER_CONF_FILES", "");
  environment.set("NIX_CONFIG", "");
  environment.set("NIX_REMOTE", "/from-remote");
  CHECK(detect_real_store().store == "/from-remote");
  CHECK(detect_real_store().note.empty());
  environment.set("NIX_CONFIG", "store = local?root=/configured");
  CHECK(detect_real_store().store == "local?root=/configured");
  environment.set("NIX_CONFIG", "store = ./relative");
  CHECK(detect_real_store().store == fs::current_path() / "relative");

  const auto refusal = [] {
    try {
      detect_real_store();
    } catch (const Error& error) {
      CHECK(error.kind() == Kind::usage);
      return error.message();
    }
    return std::string();
  };
  environment.set("NIX_CONFIG", "store = /x?store=/other/store");
  CHECK(refusal().contains("has the store directory /other/store"));
  environment.set("NIX_CONFIG", "");
  for (const char* name : {"NIX_STORE_DIR", "NIX_STORE", "NIX_STATE_DIR"}) {
    Environment one;
    one.set(name, "/other");
    CHECK(refusal().starts_with(std::string(name) + "=/other is not supported"));
  }
  environment.set("NIX_STORE_DIR", "/nix/store/");
  CHECK(refusal().empty());
}

}  // namespace
}  // namespace eka::eval
