#include "atom/hash/object_id.h"

#include <doctest/doctest.h>

using eka::atom::ObjectId;

TEST_CASE("object ids match git") {
  CHECK(ObjectId::of("blob", "").hex() == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(ObjectId::of("tree", "").hex() == "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  CHECK(ObjectId::of("blob", "hello world\n").hex() == "3b18e512dba79e4c8300dd08aeb37f8e728b8dad");
}

TEST_CASE("an object id has exactly 40 hexadecimal digits") {
  const std::string text = "3b18e512dba79e4c8300dd08aeb37f8e728b8dad";
  CHECK(ObjectId::parse(text)->hex() == text);
  CHECK(ObjectId::parse("3B18E512DBA79E4C8300DD08AEB37F8E728B8DAD")->hex() == text);
  CHECK_FALSE(ObjectId::parse(""));
  CHECK_FALSE(ObjectId::parse(text.substr(1)));
  CHECK_FALSE(ObjectId::parse(text + "0"));
  CHECK_FALSE(ObjectId::parse("g" + text.substr(1)));
  CHECK(ObjectId::parse("\x1b[2J").error().message().find('\x1b') == std::string::npos);
  CHECK(ObjectId().is_null());
  CHECK_FALSE(ObjectId::parse(text)->is_null());
}
