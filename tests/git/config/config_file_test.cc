#include "git/config/config_file.h"

#include <cstdlib>

#include <doctest/doctest.h>

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

}  // namespace eka::git
