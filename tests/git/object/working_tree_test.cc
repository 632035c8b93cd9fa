#include "git/object/working_tree.h"

#include <doctest/doctest.h>

#include "tests/git/repository.h"

namespace eka::git {
namespace {

// "mode path", one per line, with the content where it is not that of the file.
std::string listed(const std::filesystem::path& directory) {
  std::string out;
  for (const auto& file : list_working_files(directory)) {
    const char* const mode = file.mode == WorkingFile::Mode::file         ? "file "
                             : file.mode == WorkingFile::Mode::executable ? "exec "
                                                                          : "link ";
    out += mode + file.path + (file.content ? "=" + *file.content : "") + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("working tree: the same with libgit2 and with git") {
  const test::TemporaryDirectory directory;
  const auto place = directory.path();
  test::shell(
      place,
      "git init -q . && mkdir -p a/b a/build && printf t >a/text && printf x >a/run && chmod +x a/run && "
      "ln -s text a/link && printf u >a/b/unchecked && printf '*.o\\nbuild/\\n' >.gitignore && printf o >a/kept.o && "
      "git add . && git add -f a/kept.o && printf n >a/new && printf o >a/x.o && printf b >a/build/out && "
      "printf d >a/deleted && git add a/deleted && rm a/deleted && "
      "git update-index --skip-worktree a/b/unchecked && rm a/b/unchecked");
  const std::string expected = "file b/unchecked=u\nfile kept.o\nlink link\nfile new\nexec run\nfile text\n";
  CHECK(listed(place / "a") == expected);
  test::shell(place, "git update-index --split-index");
  CHECK(listed(place / "a") == expected);

  SUBCASE("where the file system has no modes, the index has them") {
    test::shell(place, "git config core.fileMode false && chmod -x a/run && chmod +x a/text a/new");
    CHECK(listed(place / "a") == expected);
    test::shell(place, "git update-index --no-split-index");
    CHECK(listed(place / "a") == expected);
    test::shell(place, "git config core.symlinks false && rm a/link && printf text >a/link");
    const std::string with_content = "file b/unchecked=u\nfile kept.o\nlink link=text\nfile new\nexec run\nfile text\n";
    CHECK(listed(place / "a") == with_content);
    test::shell(place, "git update-index --split-index");
    CHECK(listed(place / "a") == with_content);
  }
  SUBCASE("the user's excludes") {
    test::write_file(place / "excludes", "new\nkept.o\n");
    const std::string without = "file b/unchecked=u\nfile kept.o\nlink link\nexec run\nfile text\n";
    test::shell(place, "git config core.excludesFile '" + (place / "excludes").string() + "'");
    CHECK(listed(place / "a") == without);
    test::shell(place, "git update-index --no-split-index");
    CHECK(listed(place / "a") == without);
    test::write_file(place / "a/.gitignore", "!new\n");
    CHECK(listed(place / "a") == "file .gitignore\n" + expected);
    test::shell(place, "rm excludes && mkfifo excludes && rm a/.gitignore");
    CHECK(listed(place / "a") == expected);
    test::shell(place, "git config core.excludesFile '~/absent' && git config core.attributesFile '~/absent'");
    CHECK(listed(place / "a") == expected);
  }
  SUBCASE("a nested repository is refused") {
    test::shell(place, "git init -q a/nested && echo x >a/nested/x");
    CHECK_THROWS_AS(list_working_files(place / "a"), Error);
    test::shell(place, "git update-index --no-split-index");
    CHECK_THROWS_AS(list_working_files(place / "a"), Error);
  }
}

}  // namespace eka::git
