#include "git/object/listing_by_git.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/git/repository.h"

namespace eka::git {

TEST_CASE("listing by git: tracked, new and unchecked files") {
  const test::TemporaryDirectory directory;
  test::shell(directory.path(),
              "git init -q . && mkdir a a/b && echo 1 >a/tracked && echo 2 >a/b/unchecked && echo '*.o' >.gitignore && "
              "git add . && git update-index --skip-worktree a/b/unchecked && rm a/b/unchecked && echo 3 >a/new && "
              "echo 4 >a/x.o && git update-index --split-index");
  const auto found = list_by_git(directory.path() / "a");
  REQUIRE(found.size() == 3);
  CHECK(found[0].path == "b/unchecked");
  CHECK(found[0].skips_worktree);
  CHECK(found[0].mode == 0100644);
  CHECK(found[0].id == atom::ObjectId::of("blob", "2\n"));
  CHECK(found[1].path == "new");
  CHECK_FALSE(found[1].tracked);
  CHECK(found[2].path == "tracked");
  CHECK(found[2].tracked);
  CHECK_FALSE(found[2].skips_worktree);
  try {
    list_by_git("/");
    FAIL("listed");
  } catch (const Error& error) {
    CHECK(error.message().starts_with("cannot list /: git ls-files: fatal: not a git repository"));
    CHECK_FALSE(error.message().ends_with("\n"));
  }
}

TEST_CASE("listing by git: lines") {
  using namespace std::string_literals;
  const std::string id(40, 'a');
  const auto parsed = parse_listing("M 100644 "s + id + " 1\tx\ty" + "\0"s + "M 100755 " + id + " 2\tx\ty" + "\0"s +
                                    "? new name\0? nested/\0"s);
  REQUIRE(parsed.size() == 3);
  CHECK(parsed[0].path == "nested/");
  CHECK(parsed[1].path == "new name");
  CHECK(parsed[2].path == "x\ty");
  CHECK(parse_listing("").empty());
  for (const std::string& line :
       {"H 100644 "s + id + " 0"s, "H 10x644 "s + id + " 0\tx"s, "garbage"s, "H 100644 short 0\tx"s}) {
    CAPTURE(line);
    CHECK_THROWS_AS(parse_listing(line), Error);
  }
}

}  // namespace eka::git
