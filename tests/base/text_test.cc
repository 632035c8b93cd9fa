#include "base/text.h"

#include <array>

#include <doctest/doctest.h>

using eka::edit_distance;
using eka::hex_value;
using eka::nearest;
using eka::printable;
using eka::printable_json;
using eka::unlimited;

TEST_CASE("printable keeps plain and international text") {
  CHECK(printable("hello, ひらがな λ") == "hello, ひらがな λ");
}

TEST_CASE("printable escapes control characters") {
  CHECK(printable("\x1b[2J\x07") == "\\x1b[2J\\x07");
  CHECK(printable("a\rb\nc") == "a\\x0db\\x0ac");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");  // C1 CSI
  CHECK(printable("\xe2\x80\xae"
                  "txt") == "\\xe2\\x80\\xaetxt");  // right-to-left override
}

TEST_CASE("printable keeps newlines only if requested") {
  CHECK(printable("a\n\tb", 100, true) == "a\n\tb");
}

TEST_CASE("printable escapes bidirectional and invisible characters") {
  for (const std::string_view hidden :
       {"\xc2\xad", "\xd8\x9c", "\xe2\x80\x8b", "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xaa", "\xe2\x81\xa0",
        "\xe2\x81\xa6", "\xe2\x81\xa9", "\xef\xbb\xbf", "\xef\xbf\xb9", "\xf3\xa0\x81\x81", "\x7f", "\xc2\x80"}) {
    CAPTURE(printable(hidden));
    CHECK(printable(hidden).size() == 4 * hidden.size());
    CHECK(printable(hidden, unlimited, true).starts_with("\\x"));
  }
}

TEST_CASE("printable: CR LF ends a line, a lone CR does not") {
  CHECK(printable("a\r\nb\rc", unlimited, true) == "a\nb\\x0dc");
}

TEST_CASE("printable is idempotent") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const std::string once = printable(all, unlimited, true);
  CHECK(printable(once, unlimited, true) == once);
}

TEST_CASE("control characters in JSON are escaped without changing its meaning") {
  CHECK(printable_json("{\n  \"a\": \"\xc2\x9b\xe2\x80\xae\x7f\xf3\xa0\x81\x81 λ\"\n}\n") ==
        "{\n  \"a\": \"\\u009b\\u202e\\u007f\\udb40\\udc41 λ\"\n}\n");
}

TEST_CASE("printable escapes bytes that are not valid UTF-8") {
  CHECK(printable("\xff\xc0\x80") == "\\xff\\xc0\\x80");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // a surrogate
  CHECK(printable("\xe2\x82") == "\\xe2\\x82");           // truncated
}

TEST_CASE("printable cuts at the limit, between characters") {
  CHECK(printable("abcdef", 3) == "abc…");
  CHECK(printable("aλλ", 4) == "aλ…");
  CHECK(printable(std::string(10'000'000, 'x'), 10).size() == 10 + 3);
}

TEST_CASE("nearest finds similar words only") {
  const std::array<std::string, 3> known{"label", "version", "description"};
  CHECK(nearest("lable", known) == "label");
  CHECK(nearest("versoin", known) == "version");
  CHECK(nearest("zzzzzzzz", known).empty());
  CHECK(nearest(std::string(1 << 20, 'z'), known).empty());
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("hex_value reads digits of either case and nothing else") {
  CHECK(hex_value('0') == 0);
  CHECK(hex_value('9') == 9);
  CHECK(hex_value('a') == 10);
  CHECK(hex_value('F') == 15);
  for (const char other : {'g', 'G', '/', ':', '@', '`', '\0', '\xff'}) CHECK(hex_value(other) == -1);
}

TEST_CASE("text is cut to the columns that it takes on a terminal") {
  CHECK(eka::columns_of("") == 0);
  CHECK(eka::columns_of("aé…") == 3);
  CHECK(eka::columns_of("日本") == 4);
  CHECK(eka::columns_of("e\xcc\x81") == 1);  // a combining accent
  CHECK(eka::cut_to_columns("abcdef", 6) == "abcdef");
  CHECK(eka::cut_to_columns("abcdef", 4) == "abc…");
  CHECK(eka::cut_to_columns("abcdef", 1) == "…");
  CHECK(eka::cut_to_columns("abcdef", 0) == "");
  CHECK(eka::cut_to_columns("日本語", 5) == "日本…");
  CHECK(eka::cut_to_columns("日本語", 4) == "日…");
}
