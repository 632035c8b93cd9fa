// The cache as used by the engine: opening, names, files, facts, and handling of damage.
#include "store/cache.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "atom/hash/base_n.h"
#include "store/disk/disk.h"
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

atom::Version version(std::string_view text) {
  return unwrap(atom::Version::parse(text));
}

struct World {
  PackBuilder builder;
  atom::ObjectId tree, one, two;
};

World world() {
  World w;
  w.tree = w.builder.directory({{{"100644", "atom.toml"}, w.builder.blob(std::string(5000, '#'))}});
  const auto other = w.builder.directory({{{"100644", "atom.toml"}, w.builder.blob("two")}});
  w.one = w.builder.commit_of(w.tree);
  w.two = w.builder.commit_of(other);
  return w;
}

}  // namespace

TEST_CASE("deliveries are listed by giver, set and version, and kept by refs that git sees") {
  CacheFixture fixture;
  const World w = world();
  fixture.accept(w.builder.pack(), {w.one, w.two});
  const auto giver = store::Giver::remote(unwrap(atom::Url::parse("https://example.com/set")));
  const auto other = store::Giver::remote(unwrap(atom::Url::parse("https://example.com/other")));
  CHECK(fixture.given(genesis, label("x"), giver).empty());
  fixture.hold(genesis, label("x"), version("1.10.0"), w.two, giver);
  fixture.hold(genesis, label("x"), version("1.9.0-rc.1+build"), w.one, giver);
  fixture.hold(genesis, label("x"), version("1.10.0"), w.two, giver);
  fixture.hold(genesis, label("λ-x"), version("0.1.0"), w.one, giver);
  const auto found = fixture.given(genesis, label("x"), giver);
  REQUIRE(found.size() == 2);
  CHECK(found[0].version.str() == "1.9.0-rc.1+build");
  CHECK(found[0].rev == w.one);
  CHECK(found[1].rev == w.two);
  CHECK(fixture.given(genesis, label("λ-x"), giver).size() == 1);
  CHECK(fixture.given(genesis, label("x"), other).empty());
  CHECK(fixture.given(w.one, label("x"), giver).empty());
  // One lock's revision of 1.10.0 does not conflict with another lock's.
  fixture.hold(genesis, label("x"), version("1.10.0"), w.one, giver);
  CHECK(fixture.given(genesis, label("x"), giver).size() == 3);
  // As seen by git.
  const std::string git = "git -C " + fixture.root().native() + "/git ";
  const auto ref = "refs/atoms-2/" + giver.str() + "/" + atom::base58(genesis.bytes()) + "/x/1.10.0/" + w.two.hex();
  CHECK(output_of(git + "rev-parse " + ref) == w.two.hex() + "\n");
  // Refs packed by another program are found.
  output_of(git + "pack-refs --all");
  CHECK(fixture.given(genesis, label("x"), giver).size() == 3);
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("only complete atoms can be recorded") {
  CacheFixture fixture;
  const auto absent = atom::ObjectId::of("commit", "absent");
  CHECK_THROWS_AS(fixture.hold(genesis, label("x"), version("1.0.0"), absent), Error);
  CHECK(fixture.given(genesis, label("x")).empty());
}

TEST_CASE("an atom without a ref, left by an interrupted run, gets a ref that names no remote") {
  CacheFixture fixture;
  const World w = world();
  const auto giver = store::Giver::remote(unwrap(atom::Url::parse("https://example.com/set")));
  const auto unknown = store::Giver::unknown();
  fixture.accept(w.builder.pack(), {w.one, w.two});
  fixture.hold(genesis, label("held"), version("1.0.0"), w.two, giver);
  fixture.reopen();
  // Reading the commits records that they are complete, which must not count as held.
  CHECK(fixture.run(fixture.cache().objects().commits({w.one, w.two})).at(0));
  const std::vector<store::AtomName> atoms = {{label("x"), version("1.0.0"), w.one},
                                              {label("held"), version("1.0.0"), w.two}};
  fixture.run(fixture.cache().names().hold_unheld(genesis, atoms));
  const auto found = fixture.given(genesis, label("x"), unknown);
  REQUIRE(found.size() == 1);
  CHECK(found[0].rev == w.one);
  CHECK(fixture.given(genesis, label("held"), unknown).empty());
  CHECK(fixture.given(genesis, label("x"), giver).empty());
  SUBCASE("once") {
    fixture.run(fixture.cache().names().hold_unheld(genesis, atoms));
    CHECK(fixture.given(genesis, label("x"), unknown).size() == 1);
  }
  SUBCASE("also if the database does not know that others are held") {
    fixture.close();
    fs::remove(fixture.root() / "eka.db");
    fixture.reopen();
    fixture.run(fixture.cache().names().hold_unheld(genesis, atoms));
    CHECK(fixture.given(genesis, label("held"), unknown).empty());
  }
}

TEST_CASE("a ref left empty by a power cut counts as absent and is rewritten") {
  CacheFixture fixture;
  const World w = world();
  fixture.accept(w.builder.pack(), {w.one});
  const auto giver = store::Giver::working_tree();
  const fs::path file = fixture.root() / "git" / "refs" / "atoms-2" / giver.str() / atom::base58(genesis.bytes()) /
                        "x" / "1.0.0" / w.one.hex();
  fs::create_directories(file.parent_path());
  std::ofstream(file).close();
  CHECK(fixture.given(genesis, label("x")).empty());
  fixture.hold(genesis, label("x"), version("1.0.0"), w.one);
  CHECK(fixture.given(genesis, label("x")).size() == 1);
}

TEST_CASE("statements of a remote apply to its URL only, and the first one is kept") {
  CacheFixture fixture;
  const auto honest = unwrap(atom::Url::parse("https://honest.example/company"));
  const auto evil = unwrap(atom::Url::parse("https://evil.example/company"));
  const auto rev = atom::ObjectId::of("commit", "one");
  const auto forged = atom::ObjectId::of("commit", "two");
  auto& cache = fixture.cache();
  cache.vouched().remember_genesis(evil, genesis);
  cache.vouched().remember(evil, genesis, {{label("x"), version("1.1.0"), forged}});
  CHECK_FALSE(cache.vouched().genesis_at(honest));
  CHECK(cache.vouched().versions(honest, genesis, {label("x")}).at(0).empty());
  cache.vouched().remember(honest, genesis, {{label("x"), version("1.1.0"), rev}, {label("y"), version("2.0.0"), rev}});
  cache.vouched().remember(honest, genesis,
                           {{label("x"), version("1.1.0"), forged}, {label("x"), version("1.0.0"), rev}});
  fixture.reopen();
  const auto known = fixture.cache().vouched().versions(honest, genesis, {label("x"), label("z"), label("y")});
  REQUIRE(known.size() == 3);
  REQUIRE(known[0].size() == 2);
  CHECK(known[0][0].version.str() == "1.0.0");
  CHECK(known[0][1].rev == rev);
  CHECK(known[1].empty());
  CHECK(known[2].size() == 1);
  CHECK(fixture.cache().vouched().versions(evil, genesis, {label("x")}).at(0).at(0).rev == forged);
  CHECK(fixture.cache().vouched().versions(honest, rev, {label("x")}).at(0).empty());
}

TEST_CASE("a database without a newer table gets it and keeps its contents") {
  CacheFixture fixture;
  fixture.cache().facts().put(store::Fact::evaluation, "digest", "value");
  fixture.close();
  output_of("python3 -c \"import sqlite3; sqlite3.connect('" + (fixture.root() / "eka.db").native() +
            "').execute('drop table vouched')\"");
  fixture.reopen();
  const auto url = unwrap(atom::Url::parse("https://example.com/set"));
  fixture.cache().vouched().remember(url, genesis, {{label("x"), version("1.0.0"), genesis}});
  CHECK(fixture.cache().vouched().versions(url, genesis, {label("x")}).at(0).size() == 1);
  CHECK(fixture.cache().facts().get(store::Fact::evaluation, "digest") == "value");
  CHECK(fixture.cache().warning() == "");
}

TEST_CASE("files are found by path, links are not followed, sizes are limited") {
  CacheFixture fixture;
  PackBuilder builder;
  const auto text = builder.blob("0123456789");
  const auto inner = builder.directory({{{"100644", "f"}, text}});
  const auto tree =
      builder.directory({{{"40000", "d"}, inner}, {{"100644", "f"}, text}, {{"120000", "l"}, builder.blob("f")}});
  fixture.accept(builder.pack(), {tree});
  auto& cache = fixture.cache();
  CHECK(fixture.run(cache.objects().file(tree, "f")) == "0123456789");
  CHECK(fixture.run(cache.objects().file(tree, "d/f", 10)) == "0123456789");
  for (const char* path : {"", "/", "d", "d/", "l", "l/f", "f/x", "x", "../f", "d//f", "d/../f"}) {
    CAPTURE(path);
    CHECK_FALSE(fixture.run(cache.objects().file(tree, path)));
  }
  CHECK_THROWS_AS(fixture.run(cache.objects().file(tree, "f", 9)), Error);
}

TEST_CASE("facts persist across processes") {
  CacheFixture fixture;
  const auto url = unwrap(atom::Url::parse("https://me:secret@example.com/set"));
  fixture.cache().facts().put(store::Fact::evaluation, "digest", "/nix/store/x.drv");
  fixture.cache().vouched().remember_genesis(url, genesis);
  fixture.cache().facts().remember(
      "https://example.com:443",
      {.speaks_v2 = true, .gives_by_id = false, .agent_capabilities = "agent=x\nfetch=shallow"});
  fixture.reopen();
  CHECK(fixture.cache().facts().get(store::Fact::evaluation, "digest") == "/nix/store/x.drv");
  CHECK_FALSE(fixture.cache().facts().get(store::Fact::evaluation, "other"));
  CHECK(fixture.cache().vouched().genesis_at(url) == genesis);
  const auto facts = fixture.cache().facts().recall("https://example.com:443");
  REQUIRE(facts);
  CHECK(facts->speaks_v2);
  CHECK_FALSE(facts->gives_by_id);
  CHECK(facts->agent_capabilities == "agent=x\nfetch=shallow");
  CHECK(fixture.cache().warning() == "");
  fixture.close();
  const auto bytes = store::read_file(fixture.root() / "eka.db", 1 << 20).value_or("");
  CHECK(bytes.find("example.com") != std::string::npos);
  CHECK(bytes.find("secret") == std::string::npos);
}

TEST_CASE("a damaged or foreign database is set aside with a warning") {
  CacheFixture fixture;
  fixture.cache().facts().put(store::Fact::evaluation, "digest", "value");
  fixture.close();
  SUBCASE("not a database") {
    std::ofstream(fixture.root() / "eka.db", std::ios::trunc) << std::string(10'000, 'x');
  }
  SUBCASE("another format") {
    output_of("python3 -c \"import sqlite3; sqlite3.connect('" + (fixture.root() / "eka.db").native() +
              "').execute('pragma user_version = 99')\"");
  }
  fixture.reopen();
  CHECK(fixture.cache().warning() != "");
  CHECK_FALSE(fixture.cache().facts().get(store::Fact::evaluation, "digest"));
  fixture.cache().facts().put(store::Fact::evaluation, "digest", "again");
  fixture.reopen();
  CHECK(fixture.cache().warning() == "");
  CHECK(fixture.cache().facts().get(store::Fact::evaluation, "digest") == "again");
}

TEST_CASE("a database that cannot be opened is replaced by one in memory") {
  CacheFixture fixture;
  fixture.close();
  fs::remove(fixture.root() / "eka.db");
  fs::create_directory(fixture.root() / "eka.db");
  fixture.reopen();
  CHECK(fixture.cache().warning() != "");
  fixture.cache().facts().put(store::Fact::evaluation, "digest", "value");
  CHECK(fixture.cache().facts().get(store::Fact::evaluation, "digest") == "value");
}

TEST_CASE("a cache that cannot be created is an error with its path and a hint") {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() / "file") << "x";
  coro::Runtime runtime(1);
  try {
    runtime.run(store::Cache::open(directory.path() / "file" / "cache", runtime.pool()));
    FAIL("it was made");
  } catch (const Error& error) {
    CHECK(error.kind() == Kind::failure);
    CHECK(error.message().find("/file/cache") != std::string::npos);
    CHECK(error.hint().find("EKA_CACHE_ROOT") != std::string::npos);
  }
}

TEST_CASE("damaged objects count as absent, and the next fetch repairs them") {
  CacheFixture fixture;
  const World w = world();
  const std::string pack = w.builder.pack();
  fixture.accept(pack, {w.one});
  fixture.hold(genesis, label("x"), version("1.0.0"), w.one);
  const auto spoil = [&] {
    for (const auto& entry : fs::directory_iterator(fixture.root() / "git" / "objects" / "pack")) {
      if (entry.path().extension() != ".pack") continue;
      // The first entry of the pack is the blob.
      ::chmod(entry.path().c_str(), 0644);
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(12 + 2 + 6);
      file.write("\xff\xff\xff\xff\xff", 5);
    }
  };
  spoil();
  fixture.reopen();
  CHECK(fixture.run(fixture.cache().objects().commit(w.one)));  // not detected yet
  CHECK_THROWS_AS(fixture.run(fixture.cache().trees().nar_hash(w.tree)), Error);
  CHECK_FALSE(fixture.run(fixture.cache().objects().commit(w.one)));
  fixture.reopen();
  CHECK_FALSE(fixture.run(fixture.cache().objects().commit(w.one)));
  fixture.accept(pack, {w.one});
  fixture.reopen();
  CHECK(fixture.run(fixture.cache().objects().commit(w.one)));
  CHECK_NOTHROW(fixture.run(fixture.cache().trees().nar_hash(w.tree)));
}

TEST_CASE("a loose object that a power cut tore is written again") {
  CacheFixture fixture;
  const World w = world();
  fixture.accept(w.builder.pack(), {w.one});
  const auto commit = fixture.run(fixture.cache().objects().commit(w.one));
  REQUIRE(commit);
  fixture.run(fixture.cache().sources().name("key", commit->tree));
  fixture.close();
  std::size_t torn = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fixture.root() / "git" / "objects")) {
    if (!entry.is_regular_file() || entry.path().parent_path().filename().native().size() != 2) continue;
    fs::permissions(entry.path(), fs::perms::owner_all);
    fs::resize_file(entry.path(), 0);
    ++torn;
  }
  REQUIRE(torn == 1);
  fixture.reopen();
  CHECK(fixture.run(fixture.cache().sources().tree("key")) == std::nullopt);
  fixture.run(fixture.cache().sources().name("key", commit->tree));
  CHECK(fixture.run(fixture.cache().sources().tree("key")) == commit->tree);
}

TEST_CASE("two caches in one directory see each other's objects") {
  CacheFixture fixture;
  const World w = world();
  const auto other = fixture.another();
  CHECK_FALSE(fixture.run(other->objects().commit(w.one)));
  fixture.accept(w.builder.pack(), {w.one});
  CHECK(fixture.run(other->objects().commit(w.one)));
}
