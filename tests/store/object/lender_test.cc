// Thin packs: completed only from earlier atoms of the same set.
#include "store/object/lender.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"

using namespace eka;
using namespace eka::test;

namespace {

const std::string large(50'000, 'x');

// The first version of an atom, and the objects that a second shares with it.
struct First {
  PackBuilder builder;
  atom::ObjectId kept = builder.blob(large + "kept");
  atom::ObjectId changed = builder.blob(large + "first");
  atom::ObjectId inner = builder.directory({{{"100644", "kept"}, kept}});
  atom::ObjectId commit =
      builder.commit_of(builder.directory({{{"100644", "changed"}, changed}, {{"40000", "inner"}, inner}}));
};

// The response of a server that knows of the first version: a delta for the changed file, without the shared objects.
struct Second {
  PackBuilder builder;
  std::string text = large + "second";
  atom::ObjectId tree, commit;

  explicit Second(const First& first) {
    const auto base = varint(large.size() + 5);
    builder.delta(first.changed,
                  base + varint(text.size()) + copy_instruction(0, 50'000) + insert_instruction("second"));
    const auto changed = atom::ObjectId::of("blob", text);
    tree = builder.directory({{{"100644", "changed"}, changed}, {{"40000", "inner"}, first.inner}});
    commit = builder.commit_of(tree);
  }
};

}  // namespace

TEST_CASE("a thin pack is completed from permitted bases") {
  CacheFixture fixture;
  const First first;
  const Second second(first);
  fixture.accept(first.builder.pack(), {first.commit});
  CHECK(second.builder.pack().size() < 1000);
  fixture.accept(second.builder.pack(), {second.commit}, 100, {first.commit});
  CHECK(fixture.run(fixture.cache().objects().file(second.tree, "changed")) == second.text);
  CHECK(fixture.run(fixture.cache().objects().file(second.tree, "inner/kept")) == large + "kept");
  CHECK(fixture.leftovers().empty());
  fixture.reopen();
  CHECK(fixture.run(fixture.cache().objects().commit(second.commit)));
  // For stock git, every pack is self-contained and named by its checksum.
  const std::string git = "git -C " + fixture.root().native() + "/git ";
  CHECK(output_of(git + "fsck --strict --no-dangling --no-progress 2>/dev/null") == "");
  for (const auto& entry : std::filesystem::directory_iterator(fixture.root() / "git/objects/pack")) {
    if (entry.path().extension() == ".pack") {
      CHECK("pack-" + output_of("tail -c 20 " + entry.path().native() + " | od -An -v -tx1 | tr -d ' \n'") ==
            entry.path().stem().native());
    }
  }
}

TEST_CASE("without permitted bases, the same pack is rejected") {
  CacheFixture fixture;
  const First first;
  const Second second(first);
  fixture.accept(first.builder.pack(), {first.commit});
  const auto refusal = fixture.refusal(second.builder.pack(), {second.commit});
  REQUIRE(refusal);
  CHECK(refusal->kind() == Kind::integrity);
  CHECK(fixture.pack_count() == 1);
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("objects of another set are not used, neither as a base nor as part of a tree") {
  CacheFixture fixture;
  const First first;
  fixture.accept(first.builder.pack(), {first.commit});
  PackBuilder other;
  const auto own = other.commit_of(other.directory({{{"100644", "own"}, other.blob("own")}}));
  fixture.accept(other.pack(), {own});
  SUBCASE("as the base of a delta") {
    const Second second(first);
    const auto refusal = fixture.refusal(second.builder.pack(), {second.commit}, 100, {own});
    REQUIRE(refusal);
    CHECK(refusal->kind() == Kind::integrity);
  }
  SUBCASE("as part of a tree") {
    PackBuilder thief;
    const auto tree = thief.directory({{{"40000", "stolen"}, first.inner}});
    const auto refusal = fixture.refusal(thief.pack(), {tree}, 100, {own});
    REQUIRE(refusal);
    CHECK(refusal->message().find("the tree " + first.inner.hex() + " is missing") != std::string::npos);
  }
  SUBCASE("objects of the same set are used") {
    PackBuilder honest;
    const auto tree = honest.directory({{{"100644", "again"}, atom::ObjectId::of("blob", "own")}});
    fixture.accept(honest.pack(), {tree}, 100, {own});
    CHECK(fixture.run(fixture.cache().objects().file(tree, "again")) == "own");
  }
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("a base that no longer exists is not used") {
  CacheFixture fixture;
  const First first;
  const Second second(first);
  CHECK(fixture.refusal(second.builder.pack(), {second.commit}, 100, {first.commit})->kind() == Kind::integrity);
  CHECK(fixture.leftovers().empty());
}
