#include "git/config/repository_format.h"

#include <cstdlib>

#include <doctest/doctest.h>

#include "git/config/user_config.h"
#include "tests/git/repository.h"

namespace eka::git {
namespace {

struct World {
  World() { test::shell(directory.path(), "git init -q ."); }
  void configure(const std::string& text) const {
    test::write_file(directory.path() / ".git/config", "[core]\nrepositoryformatversion = 1\nbare = false\n" + text);
  }
  RepositoryPlace place() const { return *find_repository(directory.path()); }

  test::TemporaryDirectory directory;
};

}  // namespace

TEST_CASE("repository format: what readers need not know is accepted") {
  const World world;
  world.configure(
      "[extensions]\nnoop = x\npreciousObjects = true\nrelativeWorktrees = true\nobjectFormat = sha1\n"
      "refStorage = files\n");
  const auto format = check_format(world.place(), Kind::usage);
  CHECK_FALSE(format.partial);
  CHECK_FALSE(format.worktree_config);
  world.configure("[extensions]\npartialClone = origin\nworktreeConfig = yes\n");
  CHECK(read_format(world.place()).partial);
  CHECK(read_format(world.place()).worktree_config);
  world.configure("[remote \"origin\"]\npromisor = true\n");
  CHECK(read_format(world.place()).partial);
}

TEST_CASE("repository format: others are refused by name") {
  const World world;
  struct Case {
    const char* text;
    const char* words;
  };
  for (const auto& [text, words] :
       {Case{"[extensions]\nobjectFormat = sha256\n", "its object ids are sha256, and eka supports only sha1"},
        Case{"[extensions]\nrefStorage = reftable\n", "its refs are stored as reftable, and eka supports only files"},
        Case{"[extensions]\nnovelty = 1\n", "its format has the unknown extension `novelty`"},
        Case{"[core]\nrepositoryFormatVersion = 2\n", "its format has the unknown version 2"},
        Case{"[broken\n", "line 4 is invalid"}}) {
    CAPTURE(text);
    world.configure(text);
    const auto format = read_format(world.place());
    REQUIRE(format.unreadable);
    CHECK(format.unreadable->message().contains(words));
    CHECK_THROWS_AS(check_format(world.place(), Kind::remote), Error);
  }
}

TEST_CASE("user config: in a repository, its own configuration applies") {
  const World world;
  const auto linked = world.directory.path() / "linked";
  test::shell(world.directory.path(),
              "git -c user.name=x -c user.email=x@x commit -q --allow-empty -m one && git worktree add -q linked && "
              "git config extensions.worktreeConfig true && git config a.b repository && git -C linked config "
              "--worktree a.b worktree");
  CHECK(UserConfig::load_in(world.place()).value("a.b") == "repository");
  CHECK(UserConfig::load_in(*find_repository(linked)).value("a.b") == "worktree");
  CHECK(UserConfig::load_at(linked).directory() == std::filesystem::canonical(linked));
  CHECK(UserConfig::load_at("/").directory() == "/");

  setenv("GIT_CONFIG_PARAMETERS", "'a.b'='it'\\''s' 'c.D.e=old' 'f.g'=", 1);
  const auto config = UserConfig::load_in(world.place());
  CHECK(config.value("a.b") == "it's");
  CHECK(config.value("c.D.e") == "old");
  CHECK(config.is_set("f.g", false));
  setenv("GIT_CONFIG_PARAMETERS", "'a.b", 1);
  CHECK_THROWS_AS(UserConfig::load(), Error);
  unsetenv("GIT_CONFIG_PARAMETERS");
}

}  // namespace eka::git
