#include "atom/manifest/overrides.h"

#include <doctest/doctest.h>

using namespace eka::atom;

namespace {

std::string overrides_refusal(std::string_view text) {
  const auto parsed = parse_overrides(text, "eka.toml");
  return parsed ? "accepted" : parsed.error().message();
}

}  // namespace

TEST_CASE("overrides are labels with places") {
  const auto parsed = parse_overrides("[override]\nauth = \"../company\"\nlib = 'gh:o/r::lib@^1'\n", "eka.toml");
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 2);
  CHECK(parsed->at(*Label::parse("auth")) == "../company");
  CHECK(parsed->at(*Label::parse("lib")) == "gh:o/r::lib@^1");
  CHECK(parse_overrides("", "eka.toml")->empty());
}

TEST_CASE("mistakes in overrides have a position") {
  CHECK(overrides_refusal("[overide]\n").starts_with("eka.toml:1:"));
  CHECK(overrides_refusal("[override]\nauth = 1\n").starts_with("eka.toml:2:"));
  CHECK(overrides_refusal("[override]\n\"a b\" = \"x\"\n").starts_with("eka.toml:2:"));
  CHECK(overrides_refusal("[override]\nauth = \"\"\n") == "eka.toml:2:8: an override needs a path or a URI");
  CHECK(overrides_refusal("override = 1\n").starts_with("eka.toml:1:"));
}
