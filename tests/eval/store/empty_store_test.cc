#include "eval/store/empty_store.h"

#include <fstream>
#include <set>

#include <doctest/doctest.h>

#include "tests/eval/world.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

const fs::path database = "nix/var/nix/db/db.sqlite";

// The empty store that an evaluation left in the cache for other runs.
fs::path kept_by(const World& world) {
  for (const auto& entry : fs::directory_iterator(world.scratch())) {
    if (entry.path().filename().string().starts_with("empty-store-")) return entry.path();
  }
  return {};
}

std::set<std::string> entries(const fs::path& directory) {
  std::set<std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const bool of_somebody = entry.path().parent_path().filename() == "per-user";
    if (!entry.is_symlink() && !of_somebody) out.insert(entry.path().lexically_relative(directory));
  }
  return out;
}

TEST_CASE("the store that Nix created is kept for later evaluations, and is empty") {
  World world;
  world.add("a", {{"default.nix", "{ main = " + derivation_text("a") + "; }"}});
  CHECK(world.evaluate({"a"}).size() == 1);
  const fs::path kept = kept_by(world);
  REQUIRE(fs::exists(kept / database));
  CHECK(fs::is_directory(kept / "nix/store"));
  CHECK(shell("find " + (kept / "nix/store").string() + " -name '*-*'").empty());

  const EmptyStore store = EmptyStore::read(kept);
  CHECK_FALSE(store.empty());
  const TemporaryDirectory directory;
  store.write(directory.path());
  CHECK(entries(directory.path()) == entries(kept));
  CHECK(shell("find " + directory.path().string() + " -type l").empty());
  CHECK(shell("cmp " + (kept / database).string() + " " + (directory.path() / database).string()).empty());
  CHECK_THROWS_AS(store.write(directory.path()), Error);
}

TEST_CASE("an invalid store is ignored") {
  const TemporaryDirectory directory;
  CHECK(EmptyStore::read(directory.path() / "missing").empty());
  CHECK(EmptyStore::read(directory.path()).empty());
  fs::create_directories((directory.path() / database).parent_path());
  std::ofstream(directory.path() / database) << "SQLite format 3 and so on";
  CHECK(EmptyStore::read(directory.path()).empty());
  std::ofstream(directory.path() / "nix/var/nix/db/schema") << "10";
  CHECK_FALSE(EmptyStore::read(directory.path()).empty());
  std::ofstream(directory.path() / database) << "garbage";
  CHECK(EmptyStore::read(directory.path()).empty());
  std::ofstream(directory.path() / database) << "SQLite format 3" << std::string(2 << 20, ' ');
  CHECK(EmptyStore::read(directory.path()).empty());
}

TEST_CASE("a damaged store is recreated") {
  World world;
  world.add("a", {{"default.nix", "{ main = " + derivation_text("a") + "; }"}});
  world.evaluate({"a"});
  const fs::path kept = kept_by(world);
  REQUIRE_FALSE(kept.empty());
  std::ofstream(kept / database) << "garbage";
  Evaluation evaluation = world.evaluation({"a"});
  NixEvaluator another(world.evaluator().installation(), world.directory() / "cache", world.runtime().pool());
  const auto evaluated = world.runtime().run(another.evaluate(std::move(evaluation)));
  CHECK(evaluated.size() == 1);
  CHECK_FALSE(EmptyStore::read(kept).empty());
}

}  // namespace
}  // namespace eka::eval
