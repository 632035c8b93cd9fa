// Which repositories are trusted, by owner and by `safe.directory`.
#include "git/config/safe_directory.h"

#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "git/object/source_repository.h"
#include "git/object/working_tree.h"
#include "tests/git/repository.h"

using namespace eka;
using git::test::shell;
using git::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

constexpr uid_t somebody = 12345;

void give_away(const fs::path& path) {
  REQUIRE(::lchown(path.c_str(), somebody, somebody) == 0);
}

bool is_trusted(const fs::path& start) {
  const auto place = git::find_repository(start);
  REQUIRE(place);
  return git::is_trusted(*place);
}

// Sets the user's git configuration for one test.
class Configured {
 public:
  explicit Configured(const fs::path& home) : file_(home / "gitconfig") {
    ::setenv("GIT_CONFIG_GLOBAL", file_.c_str(), 1);
    ::setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    ::setenv("HOME", home.c_str(), 1);
  }
  ~Configured() {
    ::unsetenv("GIT_CONFIG_GLOBAL");
    ::unsetenv("GIT_CONFIG_NOSYSTEM");
    if (home_.empty()) {
      ::unsetenv("HOME");
    } else {
      ::setenv("HOME", home_.c_str(), 1);
    }
  }
  Configured(const Configured&) = delete;
  Configured& operator=(const Configured&) = delete;
  void safe(std::initializer_list<std::string> directories) const {
    std::string text = "[safe]\n";
    for (const auto& each : directories) text += "\tdirectory = " + each + "\n";
    git::test::write_file(file_, text);
  }

 private:
  fs::path file_;
  std::string home_ = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "";
};

}  // namespace

TEST_CASE("a repository is found in parent directories, by its directory, its `.git` file, or as a bare one") {
  const TemporaryDirectory directory;
  const auto at = fs::canonical(directory.path());
  shell(at,
        "git init -q set && mkdir -p set/a/b && cd set && git -c user.name=x -c user.email=x commit -q --allow-empty "
        "-m x && git worktree add -q ../linked && git init -q --bare ../bare.git && git init -q --bare a/inner.git");
  const auto whole = git::find_repository(at / "set/a/b");
  REQUIRE(whole);
  CHECK(whole->git_directory == at / "set/.git");
  CHECK(whole->working_tree == at / "set");
  CHECK_FALSE(whole->git_link);
  const auto linked = git::find_repository(at / "linked");
  REQUIRE(linked);
  CHECK(linked->git_directory == at / "set/.git/worktrees/linked");
  CHECK(linked->working_tree == at / "linked");
  CHECK(linked->git_link == at / "linked/.git");
  for (const char* bare : {"bare.git", "set/a/inner.git", "set/.git"}) {
    CAPTURE(bare);
    const auto found = git::find_repository(at / bare);
    REQUIRE(found);
    CHECK(found->git_directory == at / bare);
    CHECK_FALSE(found->working_tree);
  }
  CHECK_FALSE(git::find_repository(at));
  CHECK(git::repository_at(at / "set"));
  CHECK(git::repository_at(at / "set/.git"));
  CHECK_FALSE(git::repository_at(at / "set/a"));
}

TEST_CASE("all parts of a repository must belong to the user, as in git") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can give files to others");
    return;
  }
  const TemporaryDirectory directory;
  const Configured configured(directory.path());
  const auto at = fs::canonical(directory.path());
  shell(at,
        "git init -q set && cd set && git -c user.name=x -c user.email=x commit -q --allow-empty -m x && "
        "git worktree add -q ../linked && git init -q --bare ../bare.git");
  CHECK(is_trusted(at / "set"));
  CHECK(is_trusted(at / "linked"));
  CHECK(is_trusted(at / "bare.git"));
  const auto refused_when_given_away = [&](const char* part, const char* repository) {
    CAPTURE(part);
    give_away(at / part);
    CHECK_FALSE(is_trusted(at / repository));
    CHECK_THROWS_AS(git::SourceRepository::discover(at / repository), const Error&);
    // git's own verdict.
    CHECK_THROWS(shell(at / repository, "git rev-parse --git-dir"));
    configured.safe({(at / repository).string()});
    CHECK(is_trusted(at / repository));
    configured.safe({});
    REQUIRE(::lchown((at / part).c_str(), 0, 0) == 0);
    CHECK(is_trusted(at / repository));
  };
  refused_when_given_away("set/.git", "set");
  refused_when_given_away("set", "set");
  refused_when_given_away("linked/.git", "linked");
  refused_when_given_away("bare.git", "bare.git");
}

TEST_CASE("safe.directory: paths, all, subdirectories, and an empty value that resets the list") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can give files to others");
    return;
  }
  const TemporaryDirectory directory;
  const Configured configured(directory.path());
  const auto at = fs::canonical(directory.path());
  shell(at, "mkdir sub && git init -q sub/set && git -C sub/set config safe.directory '*'");
  give_away(at / "sub/set");
  const auto set = at / "sub/set";
  const auto with = [&](std::initializer_list<std::string> directories) {
    configured.safe(directories);
    return is_trusted(set);
  };
  CHECK_FALSE(with({}));  // the repository's own configuration does not count
  CHECK(with({"*"}));
  CHECK(with({set.string()}));
  CHECK(with({set.string() + "/"}));
  CHECK(with({(at / "sub").string() + "/*"}));
  CHECK(with({at.string() + "/*"}));
  CHECK(with({"~/sub/set"}));
  CHECK(with({"/elsewhere", set.string()}));
  CHECK_FALSE(with({(at / "sub").string()}));
  CHECK_FALSE(with({set.string() + "/*"}));
  CHECK_FALSE(with({"sub/set"}));
  CHECK_FALSE(with({"*", ""}));
  CHECK_FALSE(with({set.string(), ""}));
  CHECK(with({"", set.string()}));
  configured.safe({});
  ::setenv("GIT_CONFIG_COUNT", "1", 1);
  ::setenv("GIT_CONFIG_KEY_0", "safe.directory", 1);
  ::setenv("GIT_CONFIG_VALUE_0", set.c_str(), 1);
  CHECK(is_trusted(set));
  ::unsetenv("GIT_CONFIG_COUNT");
  CHECK_FALSE(is_trusted(set));
  ::setenv("SUDO_UID", "12345", 1);
  CHECK(is_trusted(set));
  ::unsetenv("SUDO_UID");
}

TEST_CASE("a .gitignore that is a pipe, a link or endless does not block") {
  const TemporaryDirectory directory;
  const auto at = fs::canonical(directory.path());
  for (const char* make : {"mkfifo .gitignore", "ln -s /dev/zero .gitignore", "truncate -s 1T .gitignore"}) {
    CAPTURE(make);
    shell(at, std::string("rm -rf set && git init -q set && mkdir set/a && echo x >set/a/f && cd set && ") + make);
    CHECK_THROWS_AS(git::list_working_files(at / "set"), const Error&);
    CHECK_THROWS_AS(git::list_working_files(at / "set/a"), const Error&);
  }
}
