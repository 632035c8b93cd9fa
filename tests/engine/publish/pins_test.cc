#include "engine/publish/pins.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/publish/preview.h"
#include "engine/workspace/local_atom.h"

using namespace eka;
using engine::SetAtRemote;

namespace {

const atom::ObjectId ours = atom::ObjectId::of("commit", "ours");
const atom::ObjectId theirs = atom::ObjectId::of("commit", "theirs");

atom::Version version(std::string_view text) {
  return unwrap(atom::Version::parse(text));
}
atom::Label named(std::string_view text) {
  return unwrap(atom::Label::parse(text));
}

struct Pin {
  const char* name;
  const char* version;
  atom::ObjectId set = ours;
  std::optional<atom::ObjectId> rev = atom::ObjectId::of("commit", "pinned");
};

// A set with `app`, whose lock has these pins, and `lib` 0.1.0.
struct Set {
  engine::PublishSource source;
  SetAtRemote remote;

  Set() {
    source.genesis = ours;
    source.commit = atom::ObjectId::of("commit", "source");
    add("lib", "[package]\nlabel = \"lib\"\nversion = \"0.1.0\"\n[compose.as]\nnix = \"x\"\n");
    add("app",
        "[package]\nlabel = \"app\"\nversion = \"0.1.0\"\n[package.sets]\nown = \"::\"\n[compose.as]\nnix = \"x\"\n"
        "[deps.from.own]\nlib = \"^0.1\"\n");
  }

  void add(const char* name, const char* manifest) {
    engine::SourceOfAtom atom{
        .commit = {atom::ObjectId::of("tree", name), source.commit, named(name), version("0.1.0")},
        .rev = {},
        .manifest_blob = atom::ObjectId::of("blob", manifest),
        .manifest = unwrap(atom::Manifest::parse(manifest, "atom.toml"))};
    atom.directory = std::string(name) + "/";
    atom.rev = atom::ObjectId::of("commit", atom.commit.text());
    atom.needs = engine::needs_of(atom.manifest, atom.lock, ours);
    source.atoms.emplace(named(name), std::move(atom));
  }

  engine::SourceOfAtom& app() { return source.atoms.at(named("app")); }
  engine::SourceOfAtom& lib() { return source.atoms.at(named("lib")); }

  void lock(std::vector<Pin> pins, std::vector<atom::Url> mirrors = {}) {
    atom::Lock lock;
    lock.sets.emplace(ours, atom::LockedSet{unwrap(atom::Tag::parse("own")), true, std::move(mirrors)});
    lock.sets.emplace(theirs, atom::LockedSet{unwrap(atom::Tag::parse("other")), false, {}});
    for (const auto& pin : pins) {
      lock.atoms.push_back(
          {named(pin.name), version(pin.version), pin.set, pin.rev, atom::AtomId(pin.set, named(pin.name)), true, {}});
    }
    app().lock = std::move(lock);
    app().needs = engine::needs_of(app().manifest, app().lock, ours);
  }

  std::optional<engine::LockProblem> check() { return engine::check_pins(source, app(), remote, remote); }
  void publish_lib() { remote = remote.with(remote.missing(lib())); }
};

}  // namespace

TEST_CASE("a lock of published revisions is accepted") {
  Set set;
  set.publish_lib();
  set.lock({{"lib", "0.1.0", ours, set.lib().rev}, {"other", "3.0.0", theirs}});
  CHECK_FALSE(set.check());
}

TEST_CASE("a missing lock is accepted only without dependencies") {
  Set set;
  CHECK_FALSE(engine::check_pins(set.source, set.lib(), set.remote, set.remote));
  const auto problem = set.check();
  REQUIRE(problem);
  CHECK(problem->error.message().contains("it has dependencies, but no lock file: app/atom.lock is not in commit"));
  CHECK(problem->can_resolve);
  CHECK(problem->first.contains(named("lib")));
}

TEST_CASE("a development version is refused, with the order to publish in") {
  Set set;
  set.lock({{"lib", "0.1.0-dev.0123456789ab"}});
  auto problem = set.check();
  REQUIRE(problem);
  CHECK(problem->error.message().contains("pins lib 0.1.0-dev.0123456789ab, a development version"));
  CHECK(problem->error.hint().starts_with("publish lib first (`eka publish lib`), then run `eka resolve app`"));
  CHECK(problem->first.contains(named("lib")));

  set.publish_lib();
  problem = set.check();
  REQUIRE(problem);
  CHECK(problem->first.empty());
  CHECK(problem->error.hint().starts_with("run `eka resolve app`"));
}

TEST_CASE("the order comes before the push, the state of the remote after it") {
  Set set;
  set.lock({{"lib", "0.1.0-dev.0123456789ab"}});
  const auto after = set.remote.with(set.remote.missing(set.lib()));
  const auto problem = engine::check_pins(set.source, set.app(), set.remote, after);
  REQUIRE(problem);
  CHECK(problem->first.contains(named("lib")));
  CHECK(problem->error.hint().starts_with("run `eka resolve app`"));
}

TEST_CASE("a development version of another set is refused") {
  Set set;
  set.lock({{"tool", "1.0.0-dev.0123456789ab", theirs}});
  const auto problem = set.check();
  REQUIRE(problem);
  CHECK(problem->error.message().contains("tool 1.0.0-dev.0123456789ab"));
  CHECK(problem->first.empty());
}

TEST_CASE("unpublished and other revisions of the own set are refused") {
  Set set;
  set.lock({{"lib", "0.1.0"}});
  auto problem = set.check();
  REQUIRE(problem);
  CHECK(problem->error.message().contains("pins lib 0.1.0, which is not published"));

  set.publish_lib();
  problem = set.check();
  REQUIRE(problem);
  CHECK(problem->error.message().contains("lib 0.1.0 at revision"));
  CHECK(problem->error.message().contains("but the published one is " + set.lib().rev.hex().substr(0, 12)));
}

TEST_CASE("a version that a further mirror may have is left to the preview") {
  Set set;
  set.lock({{"lib", "0.1.0"}}, {unwrap(atom::Url::parse("https://mirror.invalid/set.git"))});
  CHECK_FALSE(set.check());
}

TEST_CASE("format 1 may name an atom of its own set without a revision") {
  Set set;
  set.lock({{"lib", "0.1.0", ours, std::nullopt}});
  CHECK_FALSE(set.check());
}

TEST_CASE("a cycle of unpublished atoms is named") {
  Set set;
  set.lock({{"lib", "0.1.0-dev.0123456789ab"}});
  set.lib().needs.insert(named("app"));
  const auto problem = set.check();
  REQUIRE(problem);
  CHECK(problem->error.hint().contains("app -> lib -> app"));
}

TEST_CASE("the order includes what is needed through others") {
  Set set;
  set.add("core", "[package]\nlabel = \"core\"\nversion = \"0.1.0\"\n[compose.as]\nnix = \"x\"\n");
  set.lock({{"lib", "0.1.0-dev.0123456789ab"}});
  set.lib().needs.insert(named("core"));
  auto problem = set.check();
  REQUIRE(problem);
  CHECK(problem->error.hint().starts_with("publish core, then lib first (`eka publish core lib`), then run"));
  CHECK(problem->first == std::set{named("lib")});

  set.source.atoms.at(named("core")).needs.insert(named("app"));
  problem = set.check();
  REQUIRE(problem);
  CHECK(problem->error.hint().contains("app -> lib -> core -> app"));
}

TEST_CASE("an unreadable lock is refused and cannot be resolved again") {
  Set set;
  set.app().lock_error = Error(Kind::integrity, "app/atom.lock:1: what is this?");
  const auto problem = set.check();
  REQUIRE(problem);
  CHECK_FALSE(problem->can_resolve);
}

TEST_CASE("the same tree from another commit is published") {
  Set set;
  auto before = set.lib();
  before.commit.origin = atom::ObjectId::of("commit", "earlier");
  before.rev = atom::ObjectId::of("commit", before.commit.text());
  set.remote = set.remote.with(set.remote.missing(before));
  CHECK(set.remote.has(set.lib()));
  set.lib().commit.tree = atom::ObjectId::of("tree", "changed");
  CHECK_FALSE(set.remote.has(set.lib()));
}

TEST_CASE("only versions with a long hash are development versions") {
  CHECK(engine::is_dev(version("1.0.0-dev.0123456789ab")));
  CHECK(engine::is_dev(version("1.0.0-rc.1-dev.0123456789ab")));
  CHECK_FALSE(engine::is_dev(version("1.0.0-dev.5")));
  CHECK_FALSE(engine::is_dev(version("1.0.0-dev.20260131")));
  CHECK_FALSE(engine::is_dev(version("1.0.0")));
}

TEST_CASE("locks that differ in spelling decide the same") {
  Set set;
  const std::vector mirrors{unwrap(atom::Url::parse("https://a.invalid/set")),
                            unwrap(atom::Url::parse("https://b.invalid/set"))};
  set.lock({{"lib", "0.1.0"}}, mirrors);
  const auto one = *set.app().lock;
  auto other = one;
  std::swap(other.sets.at(ours).mirrors[0], other.sets.at(ours).mirrors[1]);
  other.sets.at(ours).tag = unwrap(atom::Tag::parse("renamed"));
  CHECK(engine::decide_the_same(one, other));
  other.sets.at(ours).mirrors.pop_back();
  CHECK_FALSE(engine::decide_the_same(one, other));
  other = one;
  other.atoms.front().version = version("0.2.0");
  CHECK_FALSE(engine::decide_the_same(one, other));
}
