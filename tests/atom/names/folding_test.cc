#include "atom/names/folding.h"

#include <doctest/doctest.h>

using namespace eka::atom;

TEST_CASE("names that a file system may treat as equal fold to the same text") {
  CHECK(folded("README") == folded("readme"));
  CHECK(folded("stra\xc3\x9f"
               "e") == folded("STRASSE"));
  CHECK(folded("\xc3\xa9") == folded("e\xcc\x81"));  // composed, decomposed
  CHECK(folded("\xc3\x89") == folded("e\xcc\x81"));  // and of different case
  CHECK(folded("\xce\xa3") == folded("\xcf\x82"));   // the two small sigmas
}

TEST_CASE("distinct names fold to distinct text") {
  CHECK(folded("a") != folded("b"));
  CHECK(folded("e") != folded("\xc3\xa9"));
  CHECK(folded("\xef\xac\x81") != folded("fi-"));
  CHECK(folded("\xff") == "\xff");
  CHECK(folded("A\xff") != folded("a\xff"));
  CHECK(folded("").empty());
}
