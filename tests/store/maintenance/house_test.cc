// Maintenance: the audit finds and repairs damage, the collector keeps what is used.
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <span>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "atom/hash/base_n.h"
#include "atom/lock/lock.h"
#include "atom/names/atom_id.h"
#include "store/disk/usage.h"
#include "store/disk/use_lock.h"
#include "store/fact/database.h"
#include "store/maintenance/collect.h"
#include "store/name/refs.h"
#include "store/pack/packs.h"
#include "store/source/source_name.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"

using namespace eka;
using namespace eka::test;

namespace {

namespace fs = std::filesystem;

const atom::ObjectId genesis = atom::ObjectId::of("commit", "genesis");

atom::Label label(std::string_view text) {
  return unwrap(atom::Label::parse(text));
}
atom::Version parsed_version(std::string_view text) {
  return unwrap(atom::Version::parse(text));
}

struct Atom {
  atom::ObjectId tree, commit;
};

// Adds a named atom in its own pack.
Atom add_atom(CacheFixture& fixture, const std::string& name, const std::string& text, const std::string& lock = "") {
  PackBuilder builder;
  std::vector<std::pair<std::pair<std::string, std::string>, atom::ObjectId>> entries;
  entries.push_back({{"100644", "atom.toml"}, builder.blob(text)});
  if (!lock.empty()) entries.push_back({{"100644", "atom.lock"}, builder.blob(lock)});
  Atom atom;
  atom.tree = builder.directory(entries);
  atom.commit = builder.commit_of(atom.tree);
  fixture.accept(builder.pack(), {atom.commit});
  fixture.hold(genesis, label(name), parsed_version("1.0.0"), atom.commit);
  return atom;
}

struct House : CacheFixture {
  store::Places places{root()};

  // Collects as if two hours later, with only `used` in use and a minimum age of one hour.
  store::Collection collect_later(std::vector<atom::ObjectId> used, const std::string& lock = "") {
    close();
    store::CollectOptions options;
    options.older_than = std::chrono::hours(1);
    options.now = std::chrono::system_clock::now() + std::chrono::hours(2);
    {
      store::Database database(places.database());
      const std::string then = std::to_string(store::in_seconds(options.now));
      database.forget_all(store::Fact::used);
      database.forget_all(store::Fact::lock);
      for (const auto& id : used) {
        database.put(store::Fact::used, {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()}, then);
      }
      if (!lock.empty()) database.put(store::Fact::lock, lock, "1");  // in 1970
    }
    auto done = run(store::collect(places, pool(), options));
    reopen();
    return done;
  }
  fs::path only_pack() const { return store::list_packs(places.packs()).at(0).pack; }
};

coro::Task<> take_and_let_go(coro::Pool* pool, fs::path root) {
  co_await store::UseLock::take(*pool, root, store::UseLock::Mode::exclusive, std::chrono::milliseconds(100));
}

void take_exclusively(House& house) {
  house.run(take_and_let_go(&house.pool(), house.root()));
}

void damage(const fs::path& file, std::streamoff at) {
  fs::permissions(file, fs::perms::owner_all);
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(at);
  out << "damage";
}

}  // namespace

TEST_CASE("a valid cache has no findings") {
  House house;
  CHECK(house.audit().findings.empty());
  const Atom atom = add_atom(house, "a", "text");
  house.run(house.cache().trees().materialize(atom.tree));
  house.run(house.cache().objects().write_commit("tree " + atom.tree.hex() + "\n"));
  const auto audit = house.audit();
  CHECK(audit.findings.empty());
  CHECK(audit.packs == 1);
  CHECK(audit.objects == 4);
  CHECK(audit.atoms == 1);
  CHECK(audit.trees == 1);
}

TEST_CASE("damage anywhere in a pack is found, reported with the affected atom, and set aside") {
  House house;
  const Atom broken = add_atom(house, "broken", std::string(100, 'x') + "broken");
  const auto size = static_cast<std::streamoff>(fs::file_size(house.only_pack()));
  const fs::path pack = house.only_pack();
  const Atom sound = add_atom(house, "sound", "sound");
  std::streamoff at = 0;
  SUBCASE("in its header") {
    at = 4;
  }
  SUBCASE("in its middle") {
    at = size / 2;
  }
  SUBCASE("in its checksum") {
    at = size - 8;
  }
  damage(pack, at);
  const auto audit = house.audit();
  REQUIRE_FALSE(audit.findings.empty());
  CHECK(audit.findings[0].kind == "pack");
  CHECK(audit.findings[0].what == pack.stem());
  CHECK(fs::exists(pack));

  house.reopen();
  CHECK_FALSE(house.audit(store::Repair::yes).findings.empty());
  CHECK_FALSE(fs::exists(pack));
  CHECK(fs::exists(house.places.damaged() / pack.filename()));
  CHECK(house.audit().findings.empty());
  house.reopen();
  CHECK(house.given(genesis, label("broken")).empty());
  CHECK_FALSE(house.run(house.cache().objects().commit(broken.commit)));
  CHECK(house.run(house.cache().objects().commit(sound.commit)));
  add_atom(house, "broken", std::string(100, 'x') + "broken");
  CHECK(house.run(house.cache().objects().commit(broken.commit)));
}

TEST_CASE("damaged loose objects, modified trees and dangling refs are found and removed") {
  House house;
  const Atom atom = add_atom(house, "a", "text");
  const fs::path place = house.run(house.cache().trees().materialize(atom.tree));
  const auto loose = house.run(house.cache().objects().write_commit("tree " + atom.tree.hex() + "\nloose\n"));
  house.hold(genesis, label("loose"), parsed_version("1.0.0"), loose);
  damage(house.places.objects() / loose.hex().substr(0, 2) / loose.hex().substr(2), 0);
  fs::permissions(place / "atom.toml", fs::perms::owner_all);
  std::ofstream(place / "atom.toml") << "changed";
  const auto audit = house.audit(store::Repair::yes);
  std::vector<std::string> kinds;
  for (const auto& finding : audit.findings) kinds.push_back(finding.kind);
  CHECK(kinds == std::vector<std::string>{"object", "atom", "tree"});
  CHECK_FALSE(fs::exists(place));
  CHECK(house.audit().findings.empty());
  CHECK(house.leftovers().empty());
}

TEST_CASE("unused atoms are collected, those named by a lock are kept") {
  House house;
  const Atom needed = add_atom(house, "needed", "needed");
  const Atom unused = add_atom(house, "unused", "unused");
  const std::string lock = R"(version = 0
[compose]
use = "nix"
entry = "default.nix"
[sets.)" + genesis.hex() + R"(]
tag = "company"
mirrors = ["https://example.com/set"]
[[deps]]
type = "atom"
label = "needed"
version = "1.0.0"
set = ")" + genesis.hex() + R"("
rev = ")" + needed.commit.hex() +
                           R"("
id = ")" + atom::AtomId(genesis, label("needed")).str() +
                           R"("
direct = true
)";
  REQUIRE(atom::Lock::parse(lock, "lock"));
  const Atom root = add_atom(house, "root", "root", lock);
  house.run(house.cache().trees().materialize(unused.tree));
  house.run(house.cache().trees().materialize(root.tree));
  SUBCASE("nothing is old enough") {
    house.close();
    const auto done = house.run(store::collect(house.places, house.pool(), {}));
    house.reopen();
    CHECK(done.atoms_dropped == 0);
    CHECK(done.trees_dropped == 0);
    CHECK(done.objects_dropped == 0);
    CHECK(house.run(house.cache().objects().commit(unused.commit)));
  }
  SUBCASE("old atoms are removed") {
    const auto done = house.collect_later({root.commit, root.tree});
    CHECK(done.atoms_kept == 2);
    CHECK(done.atoms_dropped == 1);
    CHECK(done.trees_kept == 1);
    CHECK(done.trees_dropped == 1);
    CHECK(done.objects_dropped == 3);
    CHECK(house.given(genesis, label("unused")).empty());
    CHECK_FALSE(house.run(house.cache().objects().commit(unused.commit)));
    CHECK(house.run(house.cache().objects().commit(needed.commit)));
    CHECK(house.run(house.cache().objects().commit(root.commit)));
    CHECK_FALSE(fs::exists(house.places.trees() / unused.tree.hex()));
    // It can be fetched again.
    add_atom(house, "unused", "unused");
    CHECK(house.run(house.cache().objects().commit(unused.commit)));
  }
  CHECK(house.audit().findings.empty());
  CHECK(house.leftovers().empty());
}

TEST_CASE("refs of older formats keep nothing: they are removed with the objects that only they reach") {
  House house;
  PackBuilder builder;
  const auto rev = builder.commit_of(builder.directory({{{"100644", "f"}, builder.blob("old")}}));
  house.accept(builder.pack(), {rev});
  const Atom kept = add_atom(house, "kept", "kept");
  const std::string git = "git --git-dir=" + house.places.git().native() + " ";
  output_of(git + "update-ref refs/" + atom::base58(genesis.bytes()) + "/old/1.0.0 " + rev.hex());
  const auto done = house.collect_later({kept.commit});
  CHECK(done.atoms_kept == 1);
  CHECK(done.objects_dropped == 3);
  CHECK(std::ranges::count(output_of(git + "for-each-ref"), '\n') == 1);
  CHECK_FALSE(house.run(house.cache().objects().commit(rev)));
  CHECK(house.audit().findings.empty());
}

TEST_CASE("an atom without a ref is kept while in use, and gets a ref even after removal and a new fetch") {
  House house;
  PackBuilder builder;
  const auto rev = builder.commit_of(builder.directory({{{"100644", "f"}, builder.blob("unnamed")}}));
  house.accept(builder.pack(), {rev});
  house.reopen();
  CHECK(house.run(house.cache().objects().commit(rev)));
  const std::vector<store::AtomName> atoms = {{label("x"), parsed_version("1.0.0"), rev}};
  const auto refs = [&] { return house.given(genesis, label("x"), store::Giver::unknown()).size(); };
  SUBCASE("in use") {
    house.collect_later({rev});
    CHECK(house.run(house.cache().objects().commit(rev)));
    house.run(house.cache().names().hold_unheld(genesis, atoms));
    CHECK(refs() == 1);
    CHECK(house.collect_later({rev}).atoms_kept == 1);
    CHECK(refs() == 1);
  }
  SUBCASE("held, removed, received again without a ref") {
    house.run(house.cache().names().hold_unheld(genesis, atoms));
    CHECK(house.collect_later({}).atoms_dropped == 1);
    CHECK(refs() == 0);
    CHECK_FALSE(house.run(house.cache().objects().commit(rev)));
    house.accept(builder.pack(), {rev});
    house.reopen();
    house.run(house.cache().names().hold_unheld(genesis, atoms));
    CHECK(refs() == 1);
  }
  CHECK(house.audit().findings.empty());
}

TEST_CASE("an atom delivered by two remotes counts once, and their statements are removed with it") {
  House house;
  const Atom atom = add_atom(house, "x", "text");
  const auto url = unwrap(atom::Url::parse("https://example.com/set"));
  house.hold(genesis, label("x"), parsed_version("1.0.0"), atom.commit, store::Giver::remote(url));
  house.cache().vouched().remember(url, genesis, {{label("x"), parsed_version("1.0.0"), atom.commit}});
  CHECK(house.audit().atoms == 1);
  CHECK(house.collect_later({atom.commit}).atoms_kept == 1);
  CHECK(house.cache().vouched().versions(url, genesis, {label("x")}).at(0).size() == 1);
  CHECK(house.collect_later({}).atoms_dropped == 1);
  CHECK(house.cache().vouched().versions(url, genesis, {label("x")}).at(0).empty());
}

TEST_CASE("a lock at a path recorded by a run keeps its atoms while it exists, regardless of age") {
  House house;
  const Atom needed = add_atom(house, "needed", "needed");
  const fs::path file = house.root().parent_path() / "atom.lock";
  std::ofstream(file) << "version = 0\n[compose]\nuse = \"nix\"\nentry = \"e\"\n[sets." << genesis.hex()
                      << "]\ntag = \"c\"\nmirrors = [\"https://example.com/set\"]\n[[deps]]\ntype = \"atom\"\nlabel = "
                         "\"needed\"\nversion = \"1.0.0\"\nset = \""
                      << genesis.hex() << "\"\nrev = \"" << needed.commit.hex() << "\"\nid = \""
                      << atom::AtomId(genesis, label("needed")).str() << "\"\ndirect = true\n";
  house.cache().uses().note_lock(file);
  house.reopen();
  CHECK(store::Database(house.places.database()).all(store::Fact::lock).at(0).first == file);
  CHECK(house.collect_later({}, file).atoms_kept == 1);
  fs::remove(file);
  CHECK(house.collect_later({}, file).atoms_dropped == 1);
}

namespace {

// Adds a source of one file under this name. Returns the target of its ref.
atom::ObjectId add_source(CacheFixture& fixture, const std::string& name) {
  PackBuilder builder;
  const auto tree = builder.directory({{{"100644", "file"}, builder.blob(name)}});
  fixture.accept(builder.pack(), {tree});
  fixture.run(fixture.cache().sources().name(name, tree));
  const auto sources = store::Refs(fixture.root() / "git").sources();
  return std::ranges::find(sources, name, &store::CachedSource::name)->rev;
}

coro::Task<atom::NarHash> keep_file(store::Cache* cache, std::string text) {
  const auto file = co_await cache->sources().begin_file();
  co_await file->write(std::as_bytes(std::span(text)));
  co_return co_await file->keep();
}

}  // namespace

TEST_CASE("direct sources are kept while they are used or named by a kept lock") {
  House house;
  const atom::ObjectId rev = atom::ObjectId::of("commit", "a revision");
  const atom::NarHash hash(std::array<std::uint8_t, 32>{1});
  add_source(house, store::source_name(rev));
  add_source(house, store::source_name(hash));
  const auto used = add_source(house, "git-used");
  add_source(house, "git-unused");
  const auto file = house.run(keep_file(&house.cache(), "named"));
  const auto other_file = house.run(keep_file(&house.cache(), "not named"));
  const std::string lock =
      "version = 0\n[compose]\nuse = \"nix\"\nentry = \"e\"\n"
      "[[deps]]\ntype = \"nix+git\"\nname = \"a\"\nurl = \"https://example.com/a\"\nrev = \"" +
      rev.hex() + "\"\n[[deps]]\ntype = \"nix+tar\"\nname = \"b\"\nurl = \"https://example.com/b\"\nhash = \"" +
      hash.sri() + "\"\n[[deps]]\ntype = \"nix\"\nname = \"c\"\nurl = \"https://example.com/c\"\nhash = \"" +
      file.sri() + "\"\n";
  REQUIRE(atom::Lock::parse(lock, "lock"));
  std::vector<atom::ObjectId> in_use{used};
  fs::path noted;
  SUBCASE("a lock on this disk") {
    noted = house.root().parent_path() / "atom.lock";
    std::ofstream(noted) << lock;
  }
  SUBCASE("the lock of an atom in use") {
    in_use.push_back(add_atom(house, "atom", "text", lock).commit);
  }
  const auto done = house.collect_later(in_use, noted);
  CHECK(done.others_dropped == 2);
  std::vector<std::string> left;
  for (const auto& source : store::Refs(house.places.git()).sources()) left.push_back(source.name);
  CHECK(left == std::vector<std::string>{store::source_name(rev), "git-used", store::source_name(hash)});
  CHECK(house.run(house.cache().sources().tree("git-used")));
  CHECK(house.run(house.cache().sources().tree(store::source_name(hash))));
  CHECK(house.run(house.cache().sources().file(file)));
  CHECK_FALSE(house.run(house.cache().sources().file(other_file)));
  if (!noted.empty()) fs::remove(noted);
  CHECK(house.collect_later({used}).others_dropped == 3);
  CHECK(house.run(house.cache().sources().tree("git-used")));
  // It can be fetched again.
  add_source(house, "git-unused");
  CHECK(house.run(house.cache().sources().tree("git-unused")));
  CHECK(house.audit().findings.empty());
}

TEST_CASE("a file requested by a run counts as used") {
  House house;
  const auto hash = house.run(keep_file(&house.cache(), "text"));
  house.run(house.cache().sources().file(hash));
  house.reopen();
  CHECK(store::Database(house.places.database()).get(store::Fact::used, hash.hex()));
}

TEST_CASE("live objects of a pack are moved before it is deleted") {
  House house;
  PackBuilder both;
  const auto kept = both.commit_of(both.directory({{{"100644", "f"}, both.blob("kept")}}));
  const auto gone = both.commit_of(both.directory({{{"100644", "f"}, both.blob("gone")}}));
  house.accept(both.pack(), {kept, gone});
  house.hold(genesis, label("kept"), parsed_version("1.0.0"), kept);
  house.hold(genesis, label("gone"), parsed_version("1.0.0"), gone);
  const auto done = house.collect_later({kept});
  CHECK(done.objects_kept == 3);
  CHECK(done.objects_dropped == 3);
  CHECK(house.pack_count() == 1);
  CHECK(house.run(house.cache().objects().commit(kept)));
  CHECK_FALSE(house.run(house.cache().objects().commit(gone)));
  CHECK(house.audit().objects == 3);
}

TEST_CASE("the collector waits for other eka processes, and names them on timeout") {
  House house;
  std::optional<Error> refused;
  try {
    take_exclusively(house);
  } catch (const Error& error) {
    refused = error;
  }
  REQUIRE(refused);  // this process itself, which cannot be named
  CHECK(refused->message().find("is in use by") != std::string::npos);
  house.close();
  // Another process holds the lock, and is named.
  int pipes[2];
  REQUIRE(::pipe(pipes) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open((house.root() / "lock").c_str(), O_RDWR);
    char byte = ::flock(file, LOCK_SH) == 0 ? 'y' : 'n';
    if (::write(pipes[1], &byte, 1) == 1) ::pause();
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(pipes[0], &byte, 1) == 1);
  REQUIRE(byte == 'y');
  refused.reset();
  try {
    take_exclusively(house);
  } catch (const Error& error) {
    refused = error;
  }
  REQUIRE(refused);
  CHECK(refused->kind() == Kind::failure);
  CHECK(refused->message().find("process " + std::to_string(child) + " (store_test)") != std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(pipes[0]);
  ::close(pipes[1]);
  // After the kill, the kernel has released the lock.
  take_exclusively(house);
}

TEST_CASE("a lock file of a process that was killed while writing refs does not stop a collection") {
  House house;
  add_atom(house, "x", "text");
  output_of("git --git-dir=" + house.places.git().native() + " pack-refs --all");
  std::ofstream(house.places.git() / "packed-refs.lock") << "# pack-refs with: sorted \n";
  CHECK(house.collect_later({}).atoms_dropped == 1);
  CHECK_FALSE(fs::exists(house.places.git() / "packed-refs.lock"));
}
