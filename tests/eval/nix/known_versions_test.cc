#include "eval/nix/known_versions.h"

#include <doctest/doctest.h>

namespace eka::eval {
namespace {

TEST_CASE("versions are compared as numbers") {
  for (const char* known : {"2.8", "2.8.0", "2.9.2", "2.10.0", "2.26.3", "2.26.99", "2.13pre20221130_54f5e4a"}) {
    CAPTURE(known);
    CHECK(standing_of(known) == Standing::known);
    CHECK_FALSE(note_about(known));
  }
  for (const char* old : {"1.11.16", "2.3.16", "2.7.0", "2.7.99", "0.16"}) {
    CAPTURE(old);
    CHECK(standing_of(old) == Standing::too_old);
  }
  for (const char* newer : {"2.27.0", "2.30pre20250521_dirty", "2.93.3", "3.0.0", "2.100"}) {
    CAPTURE(newer);
    CHECK(standing_of(newer) == Standing::newer);
    CHECK(note_about(newer)->contains(std::string("Nix ") + newer + " is newer than"));
  }
  for (const char* unknown : {"", "nix", "2", "x.2", "2.x"}) {
    CAPTURE(unknown);
    CHECK(standing_of(unknown) == Standing::unknown);
  }
}

TEST_CASE("versions whose restricted mode lists the private store") {
  CHECK_FALSE(lists_its_store("2.8.0"));
  CHECK_FALSE(lists_its_store("2.18.1"));
  CHECK(lists_its_store("2.20.0"));
  CHECK(lists_its_store("2.26.3"));
  CHECK(lists_its_store("something else"));
}

TEST_CASE("a note about an untested version says what may differ") {
  CHECK(*note_about("2.30.0") ==
        "Nix 2.30.0 is newer than the versions that eka is tested with (2.8 to 2.26): its error messages may be shown "
        "less "
        "clearly, and its builtins may give other results than those of the tested versions");
  CHECK(known_versions() == "known to work: 2.8 to 2.26");
}

}  // namespace
}  // namespace eka::eval
