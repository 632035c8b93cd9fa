// Limits of the length of names, versions and URLs: the maximum is accepted, one byte more is rejected.
#include <doctest/doctest.h>

#include "atom/names/inner_path.h"
#include "atom/names/label.h"
#include "atom/names/uri.h"
#include "atom/names/url.h"
#include "atom/version/version.h"

using namespace eka;
using namespace eka::atom;

namespace {

std::string letters(std::size_t count) {
  return std::string(count, 'a');
}

template <class Parse>
void check_limit(std::size_t longest, const char* why, const std::string& before, Parse parse) {
  CAPTURE(longest);
  CHECK(parse(before + letters(longest - before.size())));
  const auto refused = parse(before + letters(longest + 1 - before.size()));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == Kind::usage);
  CHECK(refused.error().message().contains(why));
}

}  // namespace

TEST_CASE("the length of names, versions and URLs is limited") {
  check_limit(128, "longer than 128 bytes", "", [](const std::string& text) { return Label::parse(text); });
  check_limit(128, "longer than 128 bytes", "", [](const std::string& text) { return Tag::parse(text); });
  check_limit(256, "too long", "1.0.0-", [](const std::string& text) { return Version::parse(text); });
  check_limit(256, "too long", "=1.0.0-", [](const std::string& text) { return Requirement::parse(text); });
  check_limit(4096, "too long", "https://e.com/", [](const std::string& text) { return Url::parse(text); });
  check_limit(4096, "too long", "d/", [](const std::string& text) { return parse_inner_path(text); });
  const auto uri = AtomUri::parse("https://e.com/" + letters(8192), {});
  REQUIRE_FALSE(uri);
  CHECK(uri.error().message().contains("too long"));
}

TEST_CASE("the length of a label is also limited before normalization") {
  // Each ligature becomes two letters; input over sixteen times the limit is rejected at once.
  std::string ligatures;
  for (int i = 0; i < 64; ++i) ligatures += "\xef\xac\x81";
  CHECK(Label::parse(ligatures)->str().size() == 128);
  CHECK_FALSE(Label::parse(ligatures + "\xef\xac\x81"));
  CHECK_FALSE(Label::parse(letters(1 << 20)));
}
