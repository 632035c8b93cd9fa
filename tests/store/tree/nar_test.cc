#include "store/tree/nar.h"

#include <fstream>

#include <doctest/doctest.h>

#include "atom/hash/base_n.h"
#include "store/disk/disk.h"
#include "tests/store/cache_fixture.h"
#include "tests/store/pack_builder.h"

using namespace eka;
using namespace eka::test;

namespace {

// Difficult cases of order and padding: "a", "a-b" and "a/" sort differently in git and in Nix.
atom::ObjectId difficult_tree(PackBuilder& builder) {
  const auto empty = builder.blob("");
  const auto eight = builder.blob("12345678");
  const auto nine = builder.blob("123456789");
  const auto target = builder.blob("../outside/and/away");
  const auto large = builder.blob(std::string(300'001, '\xee'));
  const auto inner = builder.directory({{{"100644", "z"}, nine}, {{"100755", "x"}, eight}});
  const auto deep = builder.directory({{{"40000", "b"}, inner}, {{"120000", "dangling"}, target}});
  const auto nothing = builder.tree("");
  return builder.directory({{{"40000", "a"}, inner},
                            {{"100644", "a-b"}, empty},
                            {{"100644", "a.c"}, nine},
                            {{"40000", "a0"}, deep},
                            {{"40000", "empty"}, nothing},
                            {{"100755", "run"}, large},
                            {{"120000", "\xce\xbb"}, target},
                            {{"100664", "old"}, eight},
                            {{"100644", "case"}, eight},
                            {{"100644", "CASE"}, nine}});
}

}  // namespace

TEST_CASE("the NAR hash equals Nix's") {
  CacheFixture fixture;
  PackBuilder builder;
  const auto tree = difficult_tree(builder);
  const auto bare = builder.tree("");
  fixture.accept(builder.pack(), {tree, bare});
  for (const auto& id : {tree, bare}) {
    const auto hash = fixture.run(fixture.cache().trees().nar_hash(id));
    const auto place = fixture.run(fixture.cache().trees().materialize(id));
    CHECK(atom::nix_base32(hash.bytes()) + "\n" == output_of("nix-hash --type sha256 --base32 " + place.native()));
    // Cached, for this process and the next.
    CHECK(fixture.run(fixture.cache().trees().nar_hash(id)) == hash);
    fixture.reopen();
    CHECK(fixture.run(fixture.cache().trees().nar_hash(id)) == hash);
  }
}

TEST_CASE("the NAR equals Nix's byte for byte") {
  CacheFixture fixture;
  PackBuilder builder;
  const auto tree = difficult_tree(builder);
  fixture.accept(builder.pack(), {tree});
  const auto place = fixture.run(fixture.cache().trees().materialize(tree));
  auto objects = store::Objects::of_cache(fixture.root() / "git" / "objects");
  std::string archive;
  store::write_nar(objects, tree, [&](std::string_view bytes) { archive += bytes; });
  CHECK(archive == output_of("nix-store --dump " + place.native()));
}

TEST_CASE("a missing tree has no hash") {
  CacheFixture fixture;
  CHECK_THROWS_AS(fixture.run(fixture.cache().trees().nar_hash(atom::ObjectId::of("tree", "x"))), Error);
}
