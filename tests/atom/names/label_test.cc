#include "atom/names/label.h"

#include <doctest/doctest.h>

#include "tests/atom/vectors.h"

using namespace eka::atom;

TEST_CASE("labels and tags of the vectors are accepted, rejected and normalized") {
  const Vectors vectors("labels.json");
  for (const auto text : (*vectors)["label_ok"].get_array()) CHECK(Label::parse(text_of(text)));
  for (const auto text : (*vectors)["tag_ok"].get_array()) CHECK(Tag::parse(text_of(text)));
  for (const auto pair : (*vectors)["label_bad"].get_array()) {
    const auto label = Label::parse(text_of(pair.at(0)));
    REQUIRE_FALSE(label);
    const std::string why = text_of(pair.at(1)).substr(0, 5);  // the stem of a word
    CHECK_MESSAGE(label.error().message().find(why) != std::string::npos, label.error().message());
  }
  for (const auto pair : (*vectors)["tag_bad"].get_array()) {
    const auto tag = Tag::parse(text_of(pair.at(0)));
    REQUIRE_FALSE(tag);
    const std::string why = text_of(pair.at(1)).substr(0, 5);
    CHECK_MESSAGE(tag.error().message().find(why) != std::string::npos, tag.error().message());
  }
  for (const auto pair : (*vectors)["normalised"].get_array()) {
    CHECK(Label::parse(text_of(pair.at(0)))->str() == text_of(pair.at(1)));
  }
}

TEST_CASE("errors name the offending characters") {
  CHECK(Label::parse("a/b c/d").error().message() == "invalid label “a/b c/d”: invalid characters “/” and U+0020");
  CHECK(Label::parse("1a").error().message() == "invalid label “1a”: must not start with “1”");
  CHECK(Label::parse("a\x1b[m").error().message() == "invalid label “a\\x1b[m”: invalid characters U+001B and “[”");
}

TEST_CASE("names that git, a terminal or a file system could misinterpret are rejected") {
  for (const char* text : {".", "..", "a..b", "a.lock", "@", "a@{b", "a~1", "a^", "a\\b", "a*", "a?",
                           "a\xe2\x80\x8c"
                           "b",
                           "a\xe2\x80\x8d"
                           "b",
                           "a\xe3\x83\xbb"
                           "b",
                           "a\xe2\x80\xae"
                           "b",
                           "\xff", "a\xc3", "a\nb",
                           "\xcc\x81"
                           "a"}) {
    CHECK_FALSE_MESSAGE(Label::parse(text), std::string(text));
  }
}

TEST_CASE("length is measured in bytes after normalization") {
  CHECK(Label::parse(std::string(128, 'a')));
  CHECK_FALSE(Label::parse(std::string(129, 'a')));
  std::string ligatures;
  for (int i = 0; i < 64; ++i) ligatures += "\xef\xac\x81";  // 192 bytes of ﬁ, which become 128 of fi
  CHECK(Label::parse(ligatures)->str().size() == 128);
  CHECK_FALSE(Label::parse(ligatures + "a"));
  CHECK_FALSE(Label::parse(std::string(10'000'000, 'a')));
}
