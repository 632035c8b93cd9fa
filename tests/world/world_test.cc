#include "world/world.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "atom/names/atom_commit.h"
#include "git/libgit2/libgit2.h"
#include "tests/temporary_directory.h"

using namespace eka;
using namespace eka::world;

namespace {

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path)
      : repository_(git::make<git::RepositoryHandle>(Kind::failure, "open", git_repository_open_bare, path.c_str())) {}

  atom::ObjectId ref(const std::string& name) {
    git_oid oid;
    git::check(git_reference_name_to_id(&oid, repository_.get(), name.c_str()), Kind::failure, name);
    return git::from_oid(oid);
  }
  std::string object(const atom::ObjectId& id) {
    auto odb = git::make<git::OdbHandle>(Kind::failure, "odb", git_repository_odb, repository_.get());
    const auto oid = git::to_oid(id);
    auto object = git::make<git::OdbObjectHandle>(Kind::failure, id.hex(), git_odb_read, odb.get(), &oid);
    return {static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get())};
  }
  // The content of a file in a tree; empty if absent.
  std::string file(const atom::ObjectId& tree, const std::string& path) {
    const auto oid = git::to_oid(tree);
    auto handle = git::make<git::TreeHandle>(Kind::failure, "tree", git_tree_lookup, repository_.get(), &oid);
    git_tree_entry* entry = nullptr;
    if (git_tree_entry_bypath(&entry, handle.get(), path.c_str()) < 0) return {};
    const auto id = git::from_oid(*git_tree_entry_id(entry));
    git_tree_entry_free(entry);
    return object(id);
  }

 private:
  git::Libgit2 library_;
  git::RepositoryHandle repository_;
};

// Checks everything that the protocol requires of published atoms.
void check_published(const World& world) {
  for (const auto& atom : world.atoms) {
    CAPTURE(atom.label.str());
    const auto& set = *std::ranges::find(world.sets, atom.set, &PublishedSet::name);
    Reader reader(set.path);
    CHECK(reader.ref("refs/ekala/init") == set.genesis);
    CHECK(atom.id == atom::AtomId(set.genesis, atom.label));
    for (const auto& version : atom.versions) {
      CAPTURE(version.version.str());
      CHECK(reader.ref(atom::atom_ref(atom.label, version.version)) == version.rev);
      CHECK(reader.ref(atom::origin_ref(atom.label, version.version)) == version.origin);

      const auto commit = unwrap(atom::AtomCommit::parse(reader.object(version.rev)));
      CHECK(commit.tree == version.tree);
      CHECK(commit.origin == version.origin);
      const auto text = reader.file(version.tree, "atom.toml");
      CHECK(reader.object(reader.ref(atom::manifest_ref(atom.label, version.version))) == text);
      const auto manifest = unwrap(atom::Manifest::parse(text, "atom.toml"));
      CHECK(manifest.label == atom.label);
      CHECK(manifest.version == version.version);

      if (atom.composer == Composer::static_) {
        CHECK_FALSE(manifest.has_dependencies());
        continue;
      }
      const auto lock_text = reader.file(version.tree, "atom.lock");
      const auto lock = unwrap(atom::Lock::parse(lock_text, "atom.lock"));
      CHECK(lock.text() == lock_text);
      CHECK(lock.atoms.size() == version.closure);
    }
  }
}

}  // namespace

TEST_CASE("the demo world follows the protocol, and its locks are valid") {
  eka::test::TemporaryDirectory scratch;
  const auto world = make_world(demo_world(), scratch.path(), "http://127.0.0.1:8080");
  CHECK(world.sets.size() == 3);
  CHECK(world.atoms.size() == 15);
  check_published(world);
}

TEST_CASE("a large world has the requested size, and its root reaches all atoms") {
  eka::test::TemporaryDirectory scratch;
  const LargeWorld size{
      .sets = 5, .atoms = 40, .versions = 2, .files = 7, .file_size = 50, .dependencies = 2, .levels = 4, .seed = 3};
  const auto world = make_world(large_world(size), scratch.path(), "http://127.0.0.1:8080");
  CHECK(world.sets.size() == 5);
  REQUIRE(world.atoms.size() == 40);
  check_published(world);
  const auto root = std::ranges::find_if(world.atoms, [](const auto& atom) { return atom.label.str() == "root"; });
  REQUIRE(root != world.atoms.end());
  REQUIRE(root->versions.size() == 2);
  CHECK(root->set == "set-00");
  CHECK(root->versions.back().closure == 39);
  CHECK(root->versions.back().sets_of.size() == 5);
}

TEST_CASE("worlds are the same on every machine") {
  eka::test::TemporaryDirectory scratch;
  const auto demo = make_world(demo_world(), scratch.path() / "demo", "http://127.0.0.1:8080");
  const auto large = make_world(large_world({}), scratch.path() / "large", "http://127.0.0.1:8080");
  CHECK(demo.sets.front().genesis.hex() == "3b9e26527e361687c6e9b8346fc5ba4cbd7afa5c");
  CHECK(demo.atoms.back().versions.back().rev.hex() == "36ee9ffbe88c005922938377c3d8621f0b1e0143");
  CHECK(large.atoms.back().versions.back().rev.hex() == "3e445109d24e335cf161a1f5054685fff492ec73");
}

TEST_CASE("worlds with different seeds share no set") {
  eka::test::TemporaryDirectory scratch;
  LargeWorld size{.sets = 2, .atoms = 3};
  const auto one = make_world(large_world(size), scratch.path() / "one", "http://127.0.0.1:8080");
  size.seed = 2;
  const auto two = make_world(large_world(size), scratch.path() / "two", "http://127.0.0.1:8080");
  CHECK(one.sets.front().genesis != two.sets.front().genesis);
}

TEST_CASE("invalid worlds are rejected") {
  eka::test::TemporaryDirectory scratch;
  CHECK_THROWS_AS(large_world({.sets = 0}), Error);
  Description needy;
  needy.sets = {"a"};
  Release release;
  release.label = "x";
  release.version = "1.0.0";
  release.entry = "default.nix";
  release.needs = {{"a", "y", "^1"}};
  needy.history = {{"a", "needs what is not there", {release}}};
  CHECK_THROWS_AS(make_world(needy, scratch.path(), "http://127.0.0.1:8080"), Error);

  // A set is never created twice in the same place.
  make_world(large_world({.sets = 1, .atoms = 1}), scratch.path() / "twice", "http://127.0.0.1:8080");
  CHECK_THROWS_AS(make_world(large_world({.sets = 1, .atoms = 1}), scratch.path() / "twice", "http://127.0.0.1:8080"),
                  Error);
}
