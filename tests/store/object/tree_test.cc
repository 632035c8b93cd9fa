#include "store/object/tree.h"

#include <doctest/doctest.h>

#include "tests/store/pack_builder.h"

using namespace eka;
using namespace eka::store;
using test::tree_entry;

namespace {

const atom::ObjectId some = atom::ObjectId::of("blob", "x");

std::string refusal(const std::string& content) {
  const auto parsed = parse_tree(content);
  if (parsed) return "";
  CHECK(parsed.error().kind() == Kind::integrity);
  return parsed.error().message();
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a valid tree is read in order") {
  const std::string content = tree_entry("100644", "a", some) + tree_entry("100755", "a-b", some) +
                              tree_entry("40000", "b", some) + tree_entry("100664", "b0", some) +
                              tree_entry("120000", "link", some);
  const auto entries = unwrap(parse_tree(content));
  REQUIRE(entries.size() == 5);
  CHECK(entries[0].kind == EntryKind::file);
  CHECK(entries[1].kind == EntryKind::executable);
  CHECK(entries[2].kind == EntryKind::directory);
  CHECK(entries[3].kind == EntryKind::file);
  CHECK(entries[4].kind == EntryKind::symlink);
  CHECK(entries[4].name == "link");
  CHECK(entries[4].id == some);
  CHECK(unwrap(parse_tree("")).empty());
}

TEST_CASE("modes that git never writes are rejected") {
  for (const std::string_view mode : {"104755", "100666", "060000", "60000", "040000", "020000", "100600", "0100644",
                                      "", "10064x", "000000", "140000"}) {
    CAPTURE(mode);
    CHECK(refusal(tree_entry(mode, "f", some)) != "");
  }
}

TEST_CASE("submodules are rejected with a specific error") {
  CHECK(has(refusal(tree_entry("160000", "vendor", some)), "\"vendor\" is a submodule"));
}

TEST_CASE("invalid names are rejected and escaped in the error") {
  CHECK(has(refusal(tree_entry("100644", "a/b", some)), "slash"));
  CHECK(has(refusal(tree_entry("40000", ".GIT", some)), ".git directory"));
  CHECK(has(refusal(tree_entry("100644", "\x1b[2J/", some)), "\\x1b[2J/"));
}

TEST_CASE("unsorted and duplicate entries are rejected") {
  CHECK(has(refusal(tree_entry("100644", "b", some) + tree_entry("100644", "a", some)), "order"));
  // A directory sorts as if its name ended with a slash.
  CHECK(has(refusal(tree_entry("40000", "a", some) + tree_entry("100644", "a-b", some)), "order"));
  CHECK(has(refusal(tree_entry("100644", "a", some) + tree_entry("100644", "a", some)), "duplicate"));
  // A link and a directory with the same name (CVE-2024-32002), in both orders, adjacent or not.
  CHECK(has(refusal(tree_entry("120000", "l", some) + tree_entry("40000", "l", some)), "duplicate"));
  CHECK(refusal(tree_entry("40000", "l", some) + tree_entry("120000", "l", some)) != "");
  CHECK(
      has(refusal(tree_entry("120000", "l", some) + tree_entry("100644", "l-x", some) + tree_entry("40000", "l", some)),
          "duplicate"));
}

TEST_CASE("every truncation of a tree is rejected, or is a shorter tree") {
  const std::string one = tree_entry("100644", "a", some);
  const std::string content = one + tree_entry("40000", "b", some);
  for (std::size_t length = 1; length < content.size(); ++length) {
    if (length == one.size()) continue;
    CAPTURE(length);
    CHECK(refusal(content.substr(0, length)) != "");
  }
}

TEST_CASE("link targets that no system can store are rejected, others are not checked") {
  CHECK(check_link_target("/etc/passwd"));
  CHECK(check_link_target("../../.."));
  CHECK(check_link_target(std::string(4095, 'x')));
  CHECK_FALSE(check_link_target(std::string(5000, 'x')));
  CHECK_FALSE(check_link_target(""));
  CHECK_FALSE(check_link_target(std::string_view("a\0b", 3)));
}
