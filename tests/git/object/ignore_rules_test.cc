#include "git/object/ignore_rules.h"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/git/repository.h"

namespace eka::git {

TEST_CASE("ignored names: as in git") {
  const std::vector<std::string> paths = {"a",        "b/a",     "b/c/a", "a.o",   "b/a.o", "b/x",   "x",
                                          "b/keep.o", "A.O",     "b/#a",  "b/!a",  "a ",    "b/[a]", "c/d/e",
                                          "c/e",      "c/d/f/e", "d.tar", "b/c/x", "c/x.y", "x2/y/z"};
  const std::vector<std::string> patterns = {
      "a",    "/a",    "a/",     "b/a",    "b/",     "/b/",  "*.o",  "!keep.o", "*",       "!b/",  "**/a",
      "b/**", "b/*",   "**/e",   "c/**/e", "c/*/e",  "\\#a", "\\!a", "#a",      "a\\ ",    "a ",   "[ab]",
      "[!a]", "\\[a]", "*.[oy]", "?",      "b/?",    "!",    "/",    "//",      "b//a",    "*a*",  "a**",
      "**",   "***",   "c/d",    "c/d/",   "!c/d/e", "x2/y", "[a",   "*.tar\r", "x2/**/z", "!**/a"};
  const test::TemporaryDirectory directory;
  const auto root = directory.path();
  test::shell(root, "git init -q .");
  for (const auto& path : paths) {
    std::filesystem::create_directories((root / path).parent_path());
    if (!std::filesystem::exists(root / path)) test::write_file(root / path, "");
  }
  // Pairs of patterns: in one file, and in files of two levels.
  std::size_t seed = 1;
  for (int round = 0; round < 120; ++round) {
    const auto pick = [&] {
      return patterns[(seed = seed * 6364136223846793005U + 1442695040888963407U) / 65536 % patterns.size()];
    };
    const std::string user = pick() + "\n", top = pick() + "\n" + pick(), below = pick() + "\n" + pick() + "\n";
    CAPTURE(user);
    CAPTURE(top);
    CAPTURE(below);
    test::write_file(root / ".git/info/exclude", user);
    test::write_file(root / ".gitignore", top);
    test::write_file(root / "b/.gitignore", below);
    const std::string listed = test::shell(root, "git ls-files -o --exclude-standard -z | tr '\\0' '\\n'");
    IgnoreRules rules(false);
    rules.add(user, "");
    rules.add(top, "");
    std::set<std::string> expected, found;
    for (std::size_t at = 0; at < listed.size();) {
      const auto end = listed.find('\n', at);
      expected.insert(listed.substr(at, end - at));
      at = end + 1;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      const auto path = entry.path().lexically_relative(root).generic_string();
      if (path.starts_with(".git/") || entry.is_directory()) continue;
      bool ignored = false;
      const auto before = rules.size();
      for (std::size_t slash = path.find('/'); !ignored; slash = path.find('/', slash + 1)) {
        const bool is_directory = slash != std::string::npos;
        ignored = rules.ignores(path.substr(0, slash), is_directory);
        if (!is_directory) break;
        if (path.substr(0, slash) == "b") rules.add(below, "b/");
      }
      rules.shrink(before);
      if (!ignored) found.insert(path);
    }
    CHECK(found == expected);
  }
}

TEST_CASE("ignored names: case, byte order marks and line ends") {
  IgnoreRules rules(true);
  rules.add("\xef\xbb\xbf*.O\r\nDIR/X  \r\n", "Sub/");
  CHECK(rules.ignores("sub/a.o", false));
  CHECK(rules.ignores("SUB/dir/x", false));
  CHECK_FALSE(rules.ignores("a.o", false));
  CHECK_FALSE(IgnoreRules(true).ignores("x", false));
}

}  // namespace eka::git
