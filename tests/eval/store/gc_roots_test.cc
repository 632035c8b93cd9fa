// Garbage collector roots, checked with Nix's collector.
#include "eval/store/gc_roots.h"

#include <chrono>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "eval/store/daemon.h"
#include "tests/eval/nix_daemon.h"
#include "tests/eval/world.h"

namespace eka::eval {
namespace {

// Newer versions of Nix look at the open files of all processes, and fail if the path of one is too long, as in other
// tests that run at the same time.
std::string collect_in(const std::string& store, const std::string& option = "") {
  return shell("for attempt in 1 2 3 4 5 6 7 8 9; do said=$(nix-store --store " + store + " --gc " + option +
               " 2>&1); status=$?; case $said in *'File name too long'*) sleep 1 ;; *) break ;; esac; done; "
               "printf '%s\\n' \"$said\"; exit $status");
}

namespace fs = std::filesystem;

std::string collected(const fs::path& store) {
  return collect_in(store.string());
}

std::string admitted(World& world, const std::string& label) {
  world.add(label, {{"default.nix", "{ main = " + derivation_text(label, "src = ./.;") + "; }"}});
  std::vector<Evaluated> evaluated = world.evaluate({label});
  std::string drv = evaluated.at(0).drv_path;
  world.runtime().run(world.evaluator().import_derivations(std::move(evaluated)));
  return drv;
}

bool exists(World& world, const std::string& drv) {
  return world.runtime().run(world.evaluator().exists(drv));
}

TEST_CASE("the collector keeps a root's closure until its link is removed") {
  World world;
  const std::string kept = admitted(world, "kept");
  const std::string other = admitted(world, "other");
  const GcRoots roots(world.directory() / "roots", world.store().string());
  REQUIRE(roots.keep({kept}));
  CHECK(fs::read_symlink(roots.link(kept)) == kept);
  const std::string seen = collect_in(world.store().string(), "--print-roots");
  CHECK(seen.contains(roots.link(kept).string()));

  collected(world.store());
  CHECK(exists(world, kept));
  CHECK_FALSE(exists(world, other));
  CHECK(shell("nix-store --store " + world.store().string() + " -qR " + kept).contains("-kept\n"));  // its source

  fs::remove(roots.link(kept));
  collected(world.store());
  CHECK_FALSE(exists(world, kept));
}

TEST_CASE("a root may be created before its path") {
  World world;
  const GcRoots roots(world.directory() / "roots", world.store().string());
  world.add("app", {{"default.nix", "{ main = " + derivation_text("app") + "; }"}});
  std::vector<Evaluated> evaluated = world.evaluate({"app"});
  const std::string drv = evaluated.at(0).drv_path;
  REQUIRE(roots.keep({drv}));
  collected(world.store());
  world.runtime().run(world.evaluator().import_derivations(std::move(evaluated)));
  collected(world.store());
  CHECK(exists(world, drv));
}

TEST_CASE("an existing root is not rewritten, an incomplete one is repaired") {
  World world;
  const std::string drv = admitted(world, "app");
  const GcRoots roots(world.directory() / "roots", world.store().string());
  REQUIRE(roots.keep({drv}));
  const fs::path automatic = world.store() / "nix/var/nix/gcroots/auto";
  const auto entries = [&] { return std::distance(fs::directory_iterator(automatic), {}); };
  REQUIRE(entries() == 1);
  const auto inode = [](const fs::path& path) {
    struct stat about{};
    REQUIRE(::lstat(path.c_str(), &about) == 0);
    return about.st_ino;
  };
  const fs::path theirs = fs::directory_iterator(automatic)->path();
  const auto before = std::pair(inode(roots.link(drv)), inode(theirs));
  REQUIRE(roots.keep({drv}));
  CHECK(before == std::pair(inode(roots.link(drv)), inode(theirs)));
  fs::remove(theirs);
  REQUIRE(roots.keep({drv}));
  CHECK(entries() == 1);
  fs::remove(roots.link(drv));
  REQUIRE(roots.keep({drv}));
  collected(world.store());
  CHECK(exists(world, drv));
}

TEST_CASE("a daemon registers the root") {
  TemporaryDirectory directory;
  const NixDaemon daemon(directory.path());
  World world(daemon.store());
  const std::string drv = admitted(world, "app");
  const std::string other = admitted(world, "other");
  const GcRoots roots(directory.path() / "roots", daemon.store());
  REQUIRE(roots.keep({drv}));
  REQUIRE(roots.keep({drv}));
  const std::string said = collect_in(daemon.store());
  CAPTURE(said);
  CHECK(exists(world, drv));
  CHECK_FALSE(exists(world, other));
}

TEST_CASE("stores without roots, and sockets that are not a daemon, are reported") {
  TemporaryDirectory directory;
  const std::string path = "/nix/store/6iqh71svy5sk6dd6ml3xd1gc5p0y86b2-x.drv";
  const auto message = [&](const std::string& store) {
    const auto kept = GcRoots(directory.path() / "roots", store).keep({path});
    REQUIRE_FALSE(kept);
    return kept.error().message();
  };
  CHECK(message("ssh-ng://builder.example") ==
        "cannot create garbage collector roots in the store ssh-ng://builder.example");
  CHECK(message("unix:///nowhere/socket") == "Nix daemon: cannot connect to /nowhere/socket");
  CHECK_FALSE(GcRoots(directory.path() / "roots", directory.path().string()).keep({"/etc/passwd"}));
  CHECK_FALSE(fs::exists(directory.path() / "roots/passwd"));
}

}  // namespace
}  // namespace eka::eval
