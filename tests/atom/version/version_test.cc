#include "atom/version/version.h"

#include <algorithm>
#include <array>
#include <vector>

#include <doctest/doctest.h>

using namespace eka::atom;

namespace {

Version version(std::string_view text) {
  return Version::parse(text).value();
}

// The versions of `candidates` that `requirement` matches, joined with spaces.
std::string matching(std::string_view requirement, const std::vector<std::string>& candidates) {
  const Requirement parsed = Requirement::parse(requirement).value();
  std::string out;
  for (const std::string& text : candidates) {
    if (parsed.matches(version(text))) out += (out.empty() ? "" : " ") + text;
  }
  return out;
}

}  // namespace

TEST_CASE("versions are ordered by semver 2.0, then by build metadata") {
  const std::array ordered{"0.0.0-0",
                           "0.0.0",
                           "0.0.1",
                           "0.1.0",
                           "1.0.0-alpha",
                           "1.0.0-alpha.1",
                           "1.0.0-alpha.beta",
                           "1.0.0-beta",
                           "1.0.0-beta.2",
                           "1.0.0-beta.11",
                           "1.0.0-beta.99999999999999999999999",
                           "1.0.0-beta.a",
                           "1.0.0-rc.1",
                           "1.0.0",
                           "1.0.0+a",
                           "1.0.0+b",
                           "2.0.0",
                           "2.1.0",
                           "2.1.1",
                           "10.0.0"};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      CHECK((version(ordered[i]) <=> version(ordered[j])) == (i <=> j));
      CHECK((version(ordered[i]) == version(ordered[j])) == (i == j));
    }
  }
}

TEST_CASE("versions print as they were parsed") {
  for (const char* text : {"0.0.0", "1.2.3", "1.2.3-a.b-c.0", "1.2.3+01.x", "1.2.3--", "1.2.3-x+y",
                           "18446744073709551615.0.0", "1.0.0-0a"}) {
    CHECK(version(text).str() == text);
  }
  CHECK(version("1.2.3-a+b").pre_release() == "a");
  CHECK(version("1.2.3-a+b").build() == "b");
}

TEST_CASE("invalid versions are rejected with a reason") {
  for (const char* text : {"",        "1",      "1.2",        "1.2.3.4",  "v1.2.3",
                           " 1.2.3",  "1.2.3 ", "01.2.3",     "1.02.3",   "1.2.03",
                           "1.2.3-",  "1.2.3+", "1.2.3-a..b", "1.2.3-01", "1.2.3-a+",
                           "1.2.3-_", "1.2.-3", "-1.2.3",     "1.2.3-ü",  "18446744073709551616.0.0",
                           "1.2.3\n", "*",      "1.2.*"}) {
    CHECK_MESSAGE(!Version::parse(text), std::string(text));
  }
  CHECK(Version::parse("1.02.3").error().message() == "invalid version “1.02.3”: the minor version has a leading zero");
  CHECK_FALSE(Version::parse("1.2.3-" + std::string(10'000'000, 'a')));
}

TEST_CASE("requirements match like Cargo's") {
  const std::vector<std::string> all{"0.0.0", "0.0.3", "0.0.4", "0.2.2", "0.2.3", "0.2.9", "0.3.0",
                                     "1.0.0", "1.2.0", "1.2.3", "1.2.9", "1.3.0", "2.0.0"};
  CHECK(matching("^1.2.3", all) == "1.2.3 1.2.9 1.3.0");
  CHECK(matching("1.2.3", all) == "1.2.3 1.2.9 1.3.0");
  CHECK(matching("^1.2", all) == "1.2.0 1.2.3 1.2.9 1.3.0");
  CHECK(matching("^1", all) == "1.0.0 1.2.0 1.2.3 1.2.9 1.3.0");
  CHECK(matching("^0.2.3", all) == "0.2.3 0.2.9");
  CHECK(matching("^0.2", all) == "0.2.2 0.2.3 0.2.9");
  CHECK(matching("^0.0.3", all) == "0.0.3");
  CHECK(matching("^0.0", all) == "0.0.0 0.0.3 0.0.4");
  CHECK(matching("^0", all) == "0.0.0 0.0.3 0.0.4 0.2.2 0.2.3 0.2.9 0.3.0");
  CHECK(matching("~1.2.3", all) == "1.2.3 1.2.9");
  CHECK(matching("~1.2", all) == "1.2.0 1.2.3 1.2.9");
  CHECK(matching("~1", all) == "1.0.0 1.2.0 1.2.3 1.2.9 1.3.0");
  CHECK(matching("=1.2.3", all) == "1.2.3");
  CHECK(matching("=1.2", all) == "1.2.0 1.2.3 1.2.9");
  CHECK(matching("=1", all) == "1.0.0 1.2.0 1.2.3 1.2.9 1.3.0");
  CHECK(matching(">1.2.3", all) == "1.2.9 1.3.0 2.0.0");
  CHECK(matching(">1.2", all) == "1.3.0 2.0.0");
  CHECK(matching(">1", all) == "2.0.0");
  CHECK(matching(">=1.2.3", all) == "1.2.3 1.2.9 1.3.0 2.0.0");
  CHECK(matching(">=1.3", all) == "1.3.0 2.0.0");
  CHECK(matching("<0.2", all) == "0.0.0 0.0.3 0.0.4");
  CHECK(matching("<1", all) == "0.0.0 0.0.3 0.0.4 0.2.2 0.2.3 0.2.9 0.3.0");
  CHECK(matching("<=0.2", all) == "0.0.0 0.0.3 0.0.4 0.2.2 0.2.3 0.2.9");
  CHECK(matching("<=0.0.3", all) == "0.0.0 0.0.3");
  CHECK(matching("1.*", all) == "1.0.0 1.2.0 1.2.3 1.2.9 1.3.0");
  CHECK(matching("1.2.*", all) == "1.2.0 1.2.3 1.2.9");
  CHECK(matching("1.*.*", all) == "1.0.0 1.2.0 1.2.3 1.2.9 1.3.0");
  CHECK(matching("1.x", all) == "1.0.0 1.2.0 1.2.3 1.2.9 1.3.0");
  CHECK(matching(">=1.2, <1.3", all) == "1.2.0 1.2.3 1.2.9");
  CHECK(matching(">=1.2,<1.2.9 , ^1", all) == "1.2.0 1.2.3");
  CHECK(matching("*", all).size() > 60);
}

TEST_CASE("a pre-release matches only a requirement that names one of the same version") {
  const std::vector<std::string> all{"1.0.0-a", "1.2.3-a", "1.2.3-b", "1.2.3", "1.2.4-a", "1.2.4", "2.0.0-a"};
  CHECK(matching("*", all) == "1.2.3 1.2.4");
  CHECK(matching("^1.2.3", all) == "1.2.3 1.2.4");
  CHECK(matching("^1.2.3-b", all) == "1.2.3-b 1.2.3 1.2.4");
  CHECK(matching(">=1.2.3-a", all) == "1.2.3-a 1.2.3-b 1.2.3 1.2.4");
  CHECK(matching(">1.2.3-a", all) == "1.2.3-b 1.2.3 1.2.4");
  CHECK(matching("<1.2.3-b", all) == "1.2.3-a");
  CHECK(matching("<=1.2.3-b", all) == "1.2.3-a 1.2.3-b");
  CHECK(matching("~1.2.3-b", all) == "1.2.3-b 1.2.3 1.2.4");
  CHECK(matching("=1.2.3-a", all) == "1.2.3-a");
  CHECK(matching("<2.0.0", all) == "1.2.3 1.2.4");
  CHECK(matching(">=1.2.3-a, <1.2.4-b", all) == "1.2.3-a 1.2.3-b 1.2.3 1.2.4-a");
}

TEST_CASE("build metadata in a requirement is ignored") {
  CHECK(matching("=1.2.3", {"1.2.3+x", "1.2.3"}) == "1.2.3+x 1.2.3");
  CHECK(matching("=1.2.3+y", {"1.2.3+x", "1.2.3"}) == "1.2.3+x 1.2.3");
}

TEST_CASE("requirements print canonically") {
  const auto printed = [](std::string_view text) { return Requirement::parse(text).value().str(); };
  CHECK(printed("1.2") == "^1.2");
  CHECK(printed(" >= 1.2 ,<2") == ">=1.2, <2");
  CHECK(printed("*") == "*");
  CHECK(printed(" X ") == "*");
  CHECK(printed("1.X.*") == "1.*");
  CHECK(printed("1.2.x") == "1.2.*");
  CHECK(printed("=1.*") == "=1");
  CHECK(printed("=1.2.3-a.1+b") == "=1.2.3-a.1");
}

TEST_CASE("a requirement is rejected if its canonical form would exceed the length limit") {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "1,";
  text += "1.2.3-";
  CHECK_FALSE(Requirement::parse(text + std::string(250 - text.size(), 'a')).has_value());
  CHECK(Requirement::parse(text + std::string(150 - text.size(), 'a')).has_value());
  std::string shorter = "1.2.3-" + std::string(240, 'a');
  REQUIRE(Requirement::parse(shorter).has_value());
  CHECK(Requirement::parse(Requirement::parse(shorter)->str()).has_value());
}

TEST_CASE("invalid requirements are rejected") {
  for (const char* text : {"",    " ",    ",",      "1,",       ",1",     "1,,2", "^",   "^^1",     "1 2",
                           "=>1", "*, 1", "1, *",   "*.1",      "1.*.2",  "^*",   "v1",  "1.2.3.4", "1.2-a",
                           "01",  "1.02", "1.2.3-", "1.2.3-01", "1.2.3+", "\t1",  "1\n", "||"}) {
    CHECK_MESSAGE(!Requirement::parse(text), std::string(text));
  }
  std::string many = "1";
  for (std::size_t i = 1; i < Requirement::comparator_limit; ++i) many += ",1";
  CHECK(Requirement::parse(many));
  CHECK_FALSE(Requirement::parse(many + ",1"));
}

TEST_CASE("exact() returns the only version that a requirement matches") {
  CHECK(Requirement::parse("=1.2.3-a")->exact() == version("1.2.3-a"));
  CHECK_FALSE(Requirement::parse("=1.2")->exact());
  CHECK_FALSE(Requirement::parse("1.2.3")->exact());
  CHECK_FALSE(Requirement::parse("=1.2.3, <2")->exact());
}
