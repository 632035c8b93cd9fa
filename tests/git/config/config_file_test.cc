#include "git/config/config_file.h"

#include <cstdlib>

#include <doctest/doctest.h>

#include "git/config/include_condition.h"
#include "git/config/safe_directory.h"
#include "git/config/user_config.h"
#include "tests/git/repository.h"

namespace eka::git {
namespace {

std::string listed(const std::vector<ConfigEntry>& entries) {
  std::string out;
  for (const ConfigEntry& entry : entries) out += entry.name + "=" + entry.value + "|";
  return out;
}

}  // namespace

TEST_CASE("config file: parsed like git") {
  const test::TemporaryDirectory home;
  const std::string text =
      "\xef\xbb\xbf# a comment\n[core] ; another\n\tsshCommand = ssh -v  # not this\n  bare\n[http "
      "\"https://H.example/a b\"]\n"
      "\tProxy=\" http://p:1 \"\n[a \"b\\\"c\\\\d\"]\n\tx-y = \"one # two\" three \\\n   four\n\tz = a\\tb\\nc\n\te =\n"
      "[Old.Section]\n\tK = v;\n[one]two = 3\r\n";
  const auto entries = parse_config(text);
  REQUIRE(entries);
  test::write_file(home.path() / "config", text);
  // With --null, each entry is name, line feed, value.
  std::string expected = test::shell(home.path(), "git config --file config --null --list | tr '\\n\\0' '=|' ");
  std::string found;
  for (const ConfigEntry& entry : *entries) {
    std::string value = entry.value;
    for (char& c : value) c = c == '\n' ? '=' : c;
    found += entry.name == "core.bare" ? "core.bare|" : entry.name + "=" + value + "|";
  }
  CHECK(found == expected);
}

TEST_CASE("config file: invalid files are rejected with the line number") {
  for (const char* const text : {"[core", "[core]\n=x", "x = y", "[]", "[a \"b]\nc = d", "[a]\nb = \"c", "[a]\nb = \\q",
                                 "[a]\n1b = c", "[a]\nb c", "[a]\nb = c\\"}) {
    CAPTURE(text);
    const auto refused = parse_config(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message().find("line ") == 0);
  }
  CHECK(parse_config("").value().empty());
}

TEST_CASE("config file: includes are read in place") {
  const test::TemporaryDirectory home;
  const std::string before = std::getenv("HOME") == nullptr ? "/" : std::getenv("HOME");
  setenv("HOME", home.path().c_str(), 1);
  std::filesystem::create_directories(home.path() / "etc");
  test::write_file(home.path() / "etc" / "config",
                   "[a]\nb = 1\n[include]\npath = ~/more\npath = beside\npath = nowhere\n"
                   "[includeIf \"gitdir:/\"]\npath = ~/more\n[a]\nb = 2\n");
  test::write_file(home.path() / "more", "[x]\ny = more\n");
  test::write_file(home.path() / "etc" / "beside", "[x]\ny = beside\n");
  std::vector<ConfigEntry> entries;
  read_config_file(home.path() / "etc" / "config", entries);
  CHECK(listed(entries) ==
        "a.b=1|include.path=~/more|x.y=more|include.path=beside|x.y=beside|include.path=nowhere|"
        "includeif.gitdir:/.path=~/more|a.b=2|");

  test::write_file(home.path() / "circle", "[include]\npath = circle\n");
  CHECK_THROWS_AS(read_config_file(home.path() / "circle", entries), Error);
  setenv("HOME", before.c_str(), 1);
}

namespace {

// The values of a.b in a repository, according to git.
std::string according_to_git(const std::filesystem::path& repository, const std::filesystem::path& home) {
  return test::shell(repository, "HOME=" + home.string() + " GIT_CONFIG_GLOBAL=" + (home / ".gitconfig").string() +
                                     " git config --get-all a.b | tr '\\n' ' '");
}

}  // namespace

TEST_CASE("conditional includes: as in git") {
  const test::TemporaryDirectory world;
  const auto home = world.path() / "home";
  const auto jobs = home / "jobs" / "Deep";
  std::filesystem::create_directories(home / "etc");
  test::shell(world.path(), "mkdir -p " + jobs.string() + " && git init -q -b topic/one " + jobs.string() +
                                " && git -C " + jobs.string() + " remote add origin https://forge.example/team/r.git");
  test::write_file(home / "yes", "[a]\nb = yes\n");
  const std::string before = std::getenv("HOME") == nullptr ? "/" : std::getenv("HOME");
  setenv("HOME", home.c_str(), 1);
  const auto place = find_repository(jobs);
  REQUIRE(place);
  for (const std::string condition : {"gitdir:~/jobs/",
                                      "gitdir:~/jobs",
                                      "gitdir:~/other/",
                                      "gitdir:jobs/",
                                      "gitdir:Deep/.git",
                                      "gitdir:./jobs/",
                                      "gitdir:./jobs/*/.git",
                                      "gitdir:/**/Deep/**",
                                      "gitdir:**/Deep/.git",
                                      "gitdir:deep/",
                                      "gitdir/i:DEEP/",
                                      "gitdir/i:~/JOBS/",
                                      "gitdir:~/j*/",
                                      "gitdir:~/j?bs/",
                                      "gitdir:~/[i-k]obs/",
                                      "gitdir:~/[!j]obs/",
                                      "gitdir:~/*",
                                      "gitdir:~/*/",
                                      "gitdir:/",
                                      "gitdir:",
                                      "onbranch:topic/one",
                                      "onbranch:topic/",
                                      "onbranch:topic",
                                      "onbranch:*",
                                      "onbranch:*/*",
                                      "onbranch:**",
                                      "onbranch:t*/o[mn]e",
                                      "hasconfig:remote.*.url:https://forge.example/**",
                                      "hasconfig:remote.*.url:https://forge.example/*",
                                      "hasconfig:remote.*.url:https://other/**",
                                      "other:x"}) {
    CAPTURE(condition);
    test::write_file(home / ".gitconfig", "[a]\nb = no\n[includeIf \"" + condition + "\"]\npath = yes\n");
    setenv("GIT_CONFIG_GLOBAL", (home / ".gitconfig").c_str(), 1);
    std::string found;
    for (const auto& value : UserConfig::load_in(*place).values("a.b")) found += value + " ";
    CHECK(found == according_to_git(jobs, home));
    CHECK(UserConfig::load().values("a.b") == std::vector<std::string>{"no"});
  }
  unsetenv("GIT_CONFIG_GLOBAL");
  setenv("HOME", before.c_str(), 1);
}

TEST_CASE("wildcards: directories are matched as by git") {
  CHECK(path_matches("a/**/b", "a/b"));
  CHECK(path_matches("a/**/b", "a/x/y/b"));
  CHECK_FALSE(path_matches("a/**b", "a/x/b"));
  CHECK(path_matches("a/**", "a/x/y"));
  CHECK_FALSE(path_matches("a/*", "a/x/y"));
  CHECK(path_matches("[]a]x", "]x"));
  CHECK(path_matches("\\*x", "*x"));
  CHECK_FALSE(path_matches("\\*x", "yx"));
  CHECK_FALSE(path_matches("a[", "a["));
  CHECK_FALSE(path_matches("a?b", "a/b"));
}

TEST_CASE("booleans are read as by git: words in any case, and numbers") {
  for (const char* value : {"true", "True", "YES", "on", "1", "7", "-1"}) {
    CAPTURE(value);
    CHECK(is_true(value));
  }
  for (const char* value : {"false", "No", "off", "0", "", "truly", "1x"}) {
    CAPTURE(value);
    CHECK_FALSE(is_true(value));
  }
}

}  // namespace eka::git
