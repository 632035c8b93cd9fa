#include "base/text.h"

#include <array>

#include <doctest/doctest.h>

using eka::edit_distance;
using eka::nearest;
using eka::printable;

TEST_CASE("printable leaves plain and international text alone") {
  CHECK(printable("hello, ひらがな λ") == "hello, ひらがな λ");
}

TEST_CASE("printable escapes what a terminal would obey") {
  CHECK(printable("\x1b[2J\x07") == "\\x1b[2J\\x07");
  CHECK(printable("a\rb\nc") == "a\\x0db\\x0ac");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");  // C1 CSI
  CHECK(printable("\xe2\x80\xae"
                  "txt") == "\\xe2\\x80\\xaetxt");  // right-to-left override
}

TEST_CASE("printable keeps lines only when asked") {
  CHECK(printable("a\n\tb", 100, true) == "a\n\tb");
}

TEST_CASE("printable escapes bytes that are no UTF-8") {
  CHECK(printable("\xff\xc0\x80") == "\\xff\\xc0\\x80");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(printable("\xe2\x82") == "\\xe2\\x82");           // cut short
}

TEST_CASE("printable cuts at the limit, between characters") {
  CHECK(printable("abcdef", 3) == "abc…");
  CHECK(printable("aλλ", 4) == "aλ…");
  CHECK(printable(std::string(10'000'000, 'x'), 10).size() == 10 + 3);
}

TEST_CASE("nearest finds what was meant and nothing else") {
  const std::array<std::string, 3> known{"label", "version", "description"};
  CHECK(nearest("lable", known) == "label");
  CHECK(nearest("versoin", known) == "version");
  CHECK(nearest("zzzzzzzz", known).empty());
  CHECK(edit_distance("kitten", "sitting") == 3);
}
