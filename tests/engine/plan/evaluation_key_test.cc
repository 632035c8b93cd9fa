#include "engine/plan/evaluation_key.h"

#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/plan/materialize.h"

using namespace eka;
using engine::EvaluationKey;

namespace {

atom::ObjectId id(char digit) {
  return unwrap(atom::ObjectId::parse(std::string(40, digit)));
}

// An atom with one dependency, `auth`, at the given revision.
engine::ReadAtom planned(char rev_of_auth, int format = 0) {
  const std::string manifest =
      "[package]\nlabel = \"server\"\nversion = \"1.0.0\"\n[package.sets]\ns = [\"https://a.example/x\"]\n"
      "[compose.as]\nnix = \".\"\n[deps.from.s]\nauth = \"^1\"\n";
  engine::ReadAtom out{{id('1'), unwrap(atom::Label::parse("server")), unwrap(atom::Version::parse("1.0.0")), id('2')},
                       id('3'),
                       unwrap(atom::Manifest::parse(manifest, "atom.toml")),
                       {}};
  const auto auth = unwrap(atom::Label::parse("auth"));
  atom::Lock lock;
  lock.format = format;
  lock.whole = format != 1;
  lock.composer.entry = ".";
  lock.sets.emplace(
      id('4'),
      atom::LockedSet{unwrap(atom::Tag::parse("s")), false, {unwrap(atom::Url::parse("https://a.example/x"))}});
  lock.atoms.push_back(
      {auth, unwrap(atom::Version::parse("1.2.0")), id('4'), id(rev_of_auth), atom::AtomId(id('4'), auth), true, {}});
  out.lock = std::move(lock);
  out.lock_is_own = false;
  return out;
}

engine::Closure closure(char rev_of_auth, char tree_of_auth, bool linked = true) {
  const auto root = planned(rev_of_auth, 1);
  const auto manifest = std::make_shared<const atom::Manifest>(unwrap(
      atom::Manifest::parse("[package]\nlabel = \"auth\"\nversion = \"1.2.0\"\n[compose.as]\nnix = \".\"\n", "")));
  engine::Closure out;
  out.members.push_back(
      {root.published, root.tree, std::make_shared<const atom::Manifest>(root.manifest), {1}, {}, {}});
  out.members.push_back(
      {{id('4'), manifest->label, manifest->version, id(rev_of_auth)}, id(tree_of_auth), manifest, {}, {}, {}});
  if (linked) out.members[0].dependencies[unwrap(atom::Tag::parse("s"))][manifest->label] = 1;
  return out;
}

EvaluationKey key() {
  return {.configuration = engine::configuration({"x86_64-linux", "x86_64-linux", "x86_64-linux"}),
          .set = id('1').hex(),
          .label = "server",
          .tree = id('3').hex(),
          .pins = *engine::pinned_by_lock(planned('a')),
          .expressions = "e",
          .nix_version = "2.8.0",
          .store_directory = "/nix/store"};
}

}  // namespace

TEST_CASE("every input of an evaluation changes its key") {
  std::vector<EvaluationKey> keys{key()};
  const auto another = [&]() -> EvaluationKey& { return keys.emplace_back(key()); };
  another().configuration = engine::configuration({"aarch64-linux", "x86_64-linux", "x86_64-linux"});
  another().configuration = engine::configuration({"x86_64-linux", "aarch64-linux", "x86_64-linux"});
  another().configuration = engine::configuration({"x86_64-linux", "x86_64-linux", "aarch64-linux"});
  another().set = id('9').hex();
  another().label = "client";
  another().tree = id('9').hex();
  another().pins = *engine::pinned_by_lock(planned('b'));
  another().pins = engine::pinned_by_closure(closure('a', 'c'));
  another().pins = engine::pinned_by_closure(closure('b', 'c'));
  another().pins = engine::pinned_by_closure(closure('a', 'd'));
  another().pins = engine::pinned_by_closure(closure('a', 'c', false));
  another().pins = engine::pinned_by_tree();
  another().expressions = "f";
  another().nix_version = "2.9.0";
  another().store_directory = "/elsewhere/store";
  std::set<std::string> digests;
  for (const auto& one : keys) digests.insert(one.digest());
  CHECK(digests.size() == keys.size());
  CHECK(key().digest() == key().digest());
  CHECK(key().digest().size() == 64);
}

TEST_CASE("a lock that does not pin the whole closure is not part of the key") {
  CHECK(engine::pinned_by_lock(planned('a')));
  CHECK_FALSE(engine::pinned_by_lock(planned('a', 1)));
  auto without = planned('a');
  without.lock.reset();
  CHECK_FALSE(engine::pinned_by_lock(without));  // although it has a dependency
}

TEST_CASE("the tree of an atom pins what its own lock pins") {
  auto root = planned('a');
  CHECK(engine::pinned_by_lock(root)->canonical() != engine::pinned_by_tree().canonical());
  root.lock_is_own = true;
  CHECK(engine::pinned_by_lock(root)->canonical() == engine::pinned_by_tree().canonical());
  root.lock->atoms.front().rev.reset();
  CHECK_FALSE(engine::pinned_by_lock(root));  // refs name the revision
  auto older = planned('a', 1);
  older.lock_is_own = true;
  CHECK_FALSE(engine::pinned_by_lock(older));
}
