#include "engine/plan/recall.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/plan/provide_archives.h"

using namespace eka;

namespace {

constexpr const char* hash = "sha256-QoJjGd4NstnyOG4mm4KXF+weBzA2AH/7gn1Pmpfcb0A=";

atom::Lock lock_of(std::size_t atoms) {
  atom::Lock lock;
  lock.composer.entry = "default.nix";
  const auto set = atom::ObjectId::of("blob", "set");
  lock.sets.emplace(
      set, atom::LockedSet{unwrap(atom::Tag::parse("s")), true, {unwrap(atom::Url::parse("https://a.example/x"))}});
  for (std::size_t i = 0; i < atoms; ++i) {
    const auto label = unwrap(atom::Label::parse(fmt::format("atom-{:04}", i)));
    const auto rev = atom::ObjectId::of("blob", label.str());
    atom::LockedAtom atom{label, unwrap(atom::Version::parse("1.0.0")), set, rev, atom::AtomId(set, label), true, {}};
    for (const auto& other : lock.atoms) atom.requires_.push_back(other.id);
    lock.atoms.push_back(std::move(atom));
  }
  return lock;
}

}  // namespace

TEST_CASE("the outline of a lock does not grow with its atoms") {
  CHECK_FALSE(engine::outline(lock_of(300)));
  const auto with_source = [](std::size_t atoms) {
    auto lock = lock_of(atoms);
    lock.direct.push_back({atom::LockedBuild{"src", "https://a.example/1.tar.gz", hash, true}, lock.atoms[0].id});
    return engine::outline(lock)->text();
  };
  CHECK(with_source(3) == with_source(300));
  CHECK(engine::mirrors_in(lock_of(300)) == std::vector<std::string>{"https://a.example/x"});
}

TEST_CASE("the outline of a lock keeps sets on this machine") {
  auto lock = lock_of(2);
  const auto local = unwrap(atom::Url::parse("file:///srv/set"));
  lock.sets.begin()->second.mirrors.push_back(local);
  lock.sets.emplace(
      atom::ObjectId::of("blob", "other"),
      atom::LockedSet{unwrap(atom::Tag::parse("o")), false, {unwrap(atom::Url::parse("https://b.example"))}});
  const auto kept = engine::outline(lock);
  REQUIRE(kept);
  CHECK(kept->sets.size() == 1);
  CHECK(kept->sets.begin()->second.tag.str() == "s");
  CHECK(kept->sets.begin()->second.mirrors.size() == 2);
  CHECK(engine::mirrors_in(lock).size() == 3);
}

TEST_CASE("the outline of a lock keeps what is checked and shown") {
  auto lock = lock_of(4);
  const auto owner = lock.atoms[1].id, other = lock.atoms[2].id;
  lock.direct.push_back({atom::LockedBuild{"src", "https://a.example/1.tar.gz", hash, true}, owner});
  lock.direct.push_back({atom::LockedBuild{"src", "https://a.example/2.tar.gz", hash, true}, other});
  lock.direct.push_back({atom::LockedBuild{"file", "https://a.example/3", hash, false}, owner});
  lock.direct.push_back({atom::LockedTar{"local", "file:///srv/x.tar", hash}, std::nullopt});
  lock.direct.push_back({atom::LockedGit{"repo", "file:///srv/x", atom::ObjectId::of("blob", "r"), {}}, owner});
  lock.direct.push_back({atom::LockedFile{"text", "https://a.example/4", hash}, std::nullopt});
  lock.sort();

  const auto text = engine::outline(lock)->text();
  const auto read = atom::Lock::parse(text, "outline");
  REQUIRE_MESSAGE(read, text);
  CHECK(read->sets == lock.sets);
  CHECK(engine::archives_of(*read) == engine::archives_of(lock));
  std::vector<std::string> names;
  for (const auto& direct : read->direct) names.push_back(direct.name());
  CHECK(names == std::vector<std::string>{"local", "repo", "src", "src"});
}
