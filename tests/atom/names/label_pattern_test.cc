#include "atom/names/label_pattern.h"

#include <doctest/doctest.h>

#include "atom/names/uri.h"

using namespace eka;
using atom::AtomPattern;
using atom::Label;
using atom::LabelPattern;

namespace {

bool matches(std::string_view pattern, std::string_view label) {
  return unwrap(LabelPattern::parse(pattern)).matches(unwrap(Label::parse(label)));
}

}  // namespace

TEST_CASE("a star stands for any characters, a question mark for one") {
  CHECK(matches("*", "server"));
  CHECK(matches("lib-*", "lib-"));
  CHECK(matches("lib-*", "lib-ssl"));
  CHECK_FALSE(matches("lib-*", "lib"));
  CHECK_FALSE(matches("lib-*", "my-lib-ssl"));
  CHECK(matches("*-lib", "my-lib"));
  CHECK(matches("*a*b*", "xaxxbx"));
  CHECK(matches("*ab", "aab"));
  CHECK_FALSE(matches("*ab", "aba"));
  CHECK(matches("?ib", "lib"));
  CHECK_FALSE(matches("?", "li"));
  CHECK_FALSE(matches("lib?", "lib"));
  CHECK(matches("server", "server"));
}

TEST_CASE("one wildcard stands for a whole character") {
  CHECK(matches("zo?", "zoë"));
  CHECK(matches("*é", "café"));
  // Written with a combining accent, it is the same label.
  CHECK(matches("cafe\xcc\x81*", "café-bar"));
}

TEST_CASE("a pattern that matches nothing takes no more than the product of the lengths") {
  std::string pattern, label;
  for (int i = 0; i < 60; ++i) pattern += "a*";
  label.assign(128, 'a');
  CHECK_FALSE(matches(pattern + "b", label));
}

TEST_CASE("a pattern consists of characters of labels") {
  CHECK_FALSE(LabelPattern::parse("lib/*"));
  CHECK_FALSE(LabelPattern::parse("[ab]*"));
  CHECK_FALSE(LabelPattern::parse("*\xff"));
  CHECK_FALSE(LabelPattern::parse(std::string(300, '*')));
  CHECK(unwrap(LabelPattern::parse("-*_1?")).str() == "-*_1?");
  CHECK(unwrap(LabelPattern::parse("lib-?a*")).prefix() == "lib-");
  CHECK(LabelPattern::all().prefix().empty());
}

TEST_CASE("a URI is a pattern if the label has a wildcard") {
  CHECK(AtomPattern::is_pattern("gh:owner/repo::lib-*@^1"));
  CHECK(AtomPattern::is_pattern("lib-?"));
  CHECK_FALSE(AtomPattern::is_pattern("https://example.com/a?b=*::server"));
  CHECK_FALSE(AtomPattern::is_pattern("::server@*"));
  const auto pattern = unwrap(AtomPattern::parse("gh:owner/repo::lib-*@^1", atom::Aliases::defaults()));
  CHECK(pattern.set->str() == "https://github.com/owner/repo");
  CHECK(pattern.labels.str() == "lib-*");
  CHECK(pattern.requirement->str() == "^1");
  const auto local = unwrap(AtomPattern::parse("::*", atom::Aliases()));
  CHECK_FALSE(local.set);
  CHECK_FALSE(local.requirement);
  CHECK_FALSE(AtomPattern::parse("./a/*", atom::Aliases()));
  CHECK_FALSE(AtomPattern::parse("::*@nonsense", atom::Aliases()));
}
