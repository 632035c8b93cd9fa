#include "world/world.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

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

TEST_CASE("a graph is as deep as requested, and each lock names the whole closure") {
  eka::test::TemporaryDirectory scratch;
  const GraphWorld size{.sets = 3, .depth = 12, .width = 2, .fan_out = 3};
  const auto world = make_world(graph_world(size), scratch.path(), "http://127.0.0.1:8080");
  REQUIRE(world.atoms.size() == 25);
  check_published(world);
  CHECK(world.atoms.back().label.str() == "root");
  CHECK(world.atoms.back().set == "set-00");
  CHECK(world.atoms.back().versions.back().closure == 24);
  CHECK(world.atoms[20].versions.back().closure == 20);  // the first of the eleventh level

  Reader reader(world.sets[world.atoms[20].set == "set-00" ? 0 : world.atoms[20].set == "set-01" ? 1 : 2].path);
  const auto lock =
      unwrap(atom::Lock::parse(reader.file(world.atoms[20].versions.back().tree, "atom.lock"), "atom.lock"));
  CHECK(std::ranges::count_if(lock.atoms, [](const auto& atom) { return atom.direct; }) == 3);
}

TEST_CASE("a collection has the requested number of files, and packages that others need") {
  eka::test::TemporaryDirectory scratch;
  const NixlikeWorld size{.packages = 60, .files = 400, .inputs = 5};
  const auto description = nixlike_world(size);
  const auto& files = description.history.front().releases.front().files;
  CHECK(files.size() == 400);
  CHECK(std::ranges::count_if(files, [](const auto& file) { return file.first.ends_with("/package.nix"); }) == 60);
  const auto world = make_world(description, scratch.path(), "http://127.0.0.1:8080");
  REQUIRE(world.atoms.size() == 1);
  check_published(world);

  auto real = size;
  real.tree = (scratch.path() / "tree").string();
  std::filesystem::create_directories(scratch.path() / "tree/.git");
  std::ofstream(scratch.path() / "tree/default.nix") << "{ system }: { }";
  std::ofstream(scratch.path() / "tree/.git/config") << "not part of the collection";
  std::filesystem::create_symlink("default.nix", scratch.path() / "tree/link.nix");
  CHECK_THROWS_AS(nixlike_world(real), Error);  // it does not say what to evaluate
  real.attributes = {"hello", "world"};
  const auto copied = nixlike_world(real).history.front().releases.front().files;
  std::vector<std::string> names;
  for (const auto& [name, file] : copied) names.push_back(name);
  CHECK(names == std::vector<std::string>{"atom.nix", "default.nix", "link.nix", "main.nix"});
  CHECK(copied.at("link.nix").mode == File::Mode::symlink);
  CHECK(copied.at("main.nix").content.find("hello\n    world") != std::string::npos);
}

TEST_CASE("worlds are the same on every machine") {
  eka::test::TemporaryDirectory scratch;
  const auto demo = make_world(demo_world(), scratch.path() / "demo", "http://127.0.0.1:8080");
  const auto large = make_world(large_world({}), scratch.path() / "large", "http://127.0.0.1:8080");
  CHECK(demo.sets.front().genesis.hex() == "3b9e26527e361687c6e9b8346fc5ba4cbd7afa5c");
  CHECK(demo.atoms.back().versions.back().rev.hex() == "36ee9ffbe88c005922938377c3d8621f0b1e0143");
  CHECK(large.atoms.back().versions.back().rev.hex() == "3e445109d24e335cf161a1f5054685fff492ec73");
  const auto graph = make_world(graph_world({}), scratch.path() / "graph", "http://127.0.0.1:8080");
  const auto nixlike = make_world(nixlike_world({}), scratch.path() / "nixlike", "http://127.0.0.1:8080");
  CHECK(graph.atoms.back().versions.back().rev.hex() == "963ed6e01692ac838251c4fa824b48169fb9714d");
  CHECK(nixlike.atoms.back().versions.back().rev.hex() == "d4192cb464d544803a481a5d306fc0560bfae68a");
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
