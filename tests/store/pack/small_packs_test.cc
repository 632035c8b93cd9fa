// Small packs received concurrently become one pack, which stock git reads like its own.
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "coro/task/task_group.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"

using namespace eka;
using namespace eka::test;

namespace {

namespace fs = std::filesystem;

struct Small {
  PackBuilder builder;
  atom::ObjectId commit;

  // All contain the same licence and a text of their own, whose second version is a delta.
  explicit Small(int number) {
    const std::string text = "a text that only number " + std::to_string(number) + " holds, and nobody else";
    const auto licence = builder.blob("the licence that everybody copies");
    const std::size_t place = builder.next();
    const auto own = builder.blob(text);
    builder.delta(place, varint(text.size()) + varint(6) + copy_instruction(0, 6));
    commit = builder.commit_of(builder.directory({{{"100644", "LICENCE"}, licence}, {{"100644", "text"}, own}}));
  }
};

coro::Task<> take_in_all(CacheFixture* fixture, const std::vector<Small>* all) {
  std::vector<coro::Task<>> tasks;
  for (const Small& small : *all) {
    tasks.push_back(take_in(&fixture->cache(), small.builder.pack(), {small.commit}, 100));
  }
  co_await coro::all(std::move(tasks));
}

std::vector<Small> many(int count) {
  std::vector<Small> all;
  for (int i = 0; i < count; ++i) all.emplace_back(i);
  return all;
}

std::vector<fs::path> files_with(const fs::path& directory, std::string_view extension) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == extension) out.push_back(entry.path());
  }
  return out;
}

}  // namespace

TEST_CASE("concurrent small packs are written as one, with each object once and the same index as by git") {
  CacheFixture fixture;
  const auto all = many(20);
  fixture.run(take_in_all(&fixture, &all));
  CHECK(fixture.pack_count() == 1);
  CHECK(fixture.leftovers().empty());
  for (const Small& small : all) {
    const auto facts = fixture.run(fixture.cache().objects().commit(small.commit));
    REQUIRE(facts);
    CHECK(fixture.run(fixture.cache().objects().file(facts->tree, "LICENCE")) == "the licence that everybody copies");
  }
  CHECK(fixture.audit().findings.empty());

  const fs::path packs = fixture.root() / "git" / "objects" / "pack";
  const fs::path index = files_with(packs, ".idx").at(0);
  const fs::path pack = files_with(packs, ".pack").at(0);
  const std::string git = "git -C " + fixture.root().native() + "/git ";
  CHECK(output_of(git + "fsck --strict --no-dangling --no-progress 2>/dev/null") == "");
  // The licence and "a text" once, and for each pack the text, the tree and the commit.
  CHECK(output_of(git + "show-index <" + index.native() + " | wc -l") == std::to_string(2 + 3 * 20) + "\n");
  const fs::path by_git = fixture.root() / "by-git.idx";
  output_of(git + "index-pack --strict -o " + by_git.native() + " " + pack.native());
  CHECK(output_of("cmp " + by_git.native() + " " + index.native() + " && echo same") == "same\n");
}

TEST_CASE("an unfinished pack is not waited for") {
  CacheFixture fixture;
  const Small small(1);
  const auto never_comes = fixture.run(fixture.cache().objects().begin_intake());
  fixture.accept(small.builder.pack(), {small.commit});
  CHECK(fixture.pack_count() == 1);
}

TEST_CASE("a write failure is reported to all its writers, and can be retried") {
  CacheFixture fixture;
  const fs::path incoming = fixture.root() / "git" / "incoming";
  fs::remove(incoming);
  const auto all = many(3);
  CHECK_THROWS_AS(fixture.run(take_in_all(&fixture, &all)), Error);
  CHECK(fixture.pack_count() == 0);
  fs::create_directory(incoming);
  fixture.run(take_in_all(&fixture, &all));
  CHECK(fixture.audit().findings.empty());
}
