#include "store/object/entry_name.h"

#include <string>

#include <doctest/doctest.h>

using eka::store::why_refused;

TEST_CASE("names that lead out of the directory are rejected") {
  for (const std::string_view name : {"", ".", "..", "a/b", "../x", "/abs", "a\\b", "\\"}) {
    CAPTURE(name);
    CHECK(why_refused(name));
  }
  CHECK(why_refused(std::string_view("a\0b", 3)));
}

TEST_CASE("every disguise of .git is rejected") {
  for (const std::string_view name :
       {".git", ".GIT", ".Git", "git~1", "GIT~1", ".git ", ".git.", ".git. . ", "git~1 ", ".git::$INDEX_ALLOCATION",
        ".git:stream", "git~1:x", ".g\u200cit", "\ufeff.git", ".git\u200d", ".G\u206fiT"}) {
    CAPTURE(name);
    CHECK(why_refused(name));
  }
}

TEST_CASE("names that only resemble .git are allowed") {
  for (const std::string_view name :
       {".gitignore", ".gitattributes", ".gitmodules", ".github", "git", "git~2", "x.git", ".git-x", "...", " ", "-rf",
        "a\nb", "\xff\xfe", "ひらがな", ".g\u200cix", ".gitt"}) {
    CAPTURE(name);
    CHECK_FALSE(why_refused(name));
  }
}
