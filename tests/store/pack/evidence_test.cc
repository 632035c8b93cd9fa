// Evidence: objects that are only inspected do not enter the cache, and include the requested ones.
#include "store/pack/evidence.h"

#include <doctest/doctest.h>

#include "git/object/source_repository.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"

using namespace eka;
using namespace eka::test;

namespace {

coro::Task<> take(store::Evidence* evidence, std::string pack, std::vector<atom::ObjectId> wants) {
  const auto intake = co_await evidence->begin_intake();
  const auto bytes = bytes_of(pack);
  co_await intake->write(bytes);
  co_await intake->accept(std::move(wants));
}

// take() as a task with a result, for CacheFixture::run().
coro::Task<bool> takes(store::Evidence* evidence, std::string pack, std::vector<atom::ObjectId> wants) {
  co_await take(evidence, std::move(pack), std::move(wants));
  co_return true;
}

std::string commit_text(const atom::ObjectId& tree, const std::string& parents, const std::string& message) {
  return "tree " + tree.hex() + "\n" + parents + "author a <a> 0 +0000\ncommitter a <a> 0 +0000\n\n" + message;
}

}  // namespace

TEST_CASE("evidence: partial packs can be read together and do not enter the cache") {
  CacheFixture fixture;
  const atom::ObjectId nowhere(std::array<std::uint8_t, 20>{1, 2, 3});
  PackBuilder history;
  const auto root = history.commit(commit_text(nowhere, "", "root"));
  const auto child = history.commit(commit_text(nowhere, "parent " + root.hex() + "\n", "child"));
  const auto orphan = history.commit(commit_text(nowhere, "parent " + nowhere.hex() + "\n", "orphan"));
  PackBuilder trees;
  const auto inner = trees.directory({{{"100644", "ekala.toml"}, nowhere}});
  const auto outer =
      trees.directory({{{"40000", "d"}, inner}, {{"40000", "e"}, inner}, {{"160000", "submodule"}, nowhere}});
  const auto with_tree = trees.commit(commit_text(outer, "", "with a tree"));
  {
    const auto evidence = fixture.run(fixture.cache().objects().begin_evidence());
    CHECK(fixture.run(takes(evidence.get(), history.pack(), {child, orphan})));
    CHECK(fixture.run(takes(evidence.get(), trees.pack(), {with_tree})));

    const auto repository = git::SourceRepository::at(evidence->directory());
    CHECK(repository.descendants({child, orphan, root, with_tree}, root) == std::set{child, root});
    CHECK(repository.descendants({child}, nowhere).empty());
    CHECK(repository.commit_text(child)->ends_with("child"));
    CHECK_FALSE(repository.commit_text(outer));
    CHECK(repository.entry(with_tree, "e/ekala.toml")->id == nowhere);
    CHECK_FALSE(repository.entry(with_tree, "f"));
    CHECK(repository.directories_with(with_tree, "ekala.toml").size() == 1);  // d and e are one tree

    CHECK_FALSE(fixture.run(fixture.cache().objects().commit(child)));
    CHECK(fixture.pack_count() == 0);
  }
  CHECK(fixture.leftovers().empty());
}

TEST_CASE("evidence: a missing want is an error, and so is an invalid pack") {
  CacheFixture fixture;
  PackBuilder builder;
  const auto blob = builder.blob("here");
  const auto evidence = fixture.run(fixture.cache().objects().begin_evidence());
  CHECK_THROWS_AS(fixture.run(takes(evidence.get(), builder.pack(), {atom::ObjectId::of("blob", "elsewhere")})), Error);
  CHECK_THROWS_AS(fixture.run(takes(evidence.get(), builder.pack(2), {blob})), Error);
  CHECK(fixture.run(takes(evidence.get(), builder.pack(), {blob})));
}
