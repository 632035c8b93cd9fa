// Small packs unpacked in memory: yields the same objects as libgit2, or declines the pack.
#include "store/pack/memory_pack.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "git/libgit2/libgit2.h"
#include "tests/store/pack_builder.h"

using namespace eka;
using namespace eka::test;
using store::MemoryPack;

namespace {

constexpr std::size_t plenty = 1 << 20;

std::optional<MemoryPack> unfold(const PackBuilder& builder, std::size_t limit = plenty) {
  const std::string pack = builder.pack();
  const auto bytes = bytes_of(pack);
  return MemoryPack::unfold({bytes.begin(), bytes.end()}, limit);
}

std::string content_of(MemoryPack& pack, const atom::ObjectId& id) {
  std::string out = "(none)";
  pack.read(id, [&](store::ObjectType, std::string_view content) { out = content; });
  return out;
}

// The header of a delta: the sizes of its base and its result.
std::string delta(std::size_t base, std::size_t result, const std::string& instructions) {
  return varint(base) + varint(result) + instructions;
}

}  // namespace

TEST_CASE("objects and both kinds of deltas get their ids, in any order") {
  const git::Libgit2 libgit2;
  PackBuilder builder;
  const std::string text = "one two three";
  const auto base = atom::ObjectId::of("blob", text);
  // Its base follows later.
  builder.delta(base, delta(text.size(), 7, copy_instruction(0, 7)));
  const auto tree = builder.tree(tree_entry("100644", "f", base));
  const std::size_t place = builder.next();
  builder.blob(text);
  const std::size_t chain =
      builder.delta(place, delta(text.size(), 4, copy_instruction(0, 3) + insert_instruction("!")));
  builder.delta(chain, delta(4, 8, copy_instruction(0, 4) + copy_instruction(0, 4)));
  auto pack = unfold(builder);
  REQUIRE(pack);
  CHECK(pack->entries().size() == 5);
  CHECK(content_of(*pack, base) == text);
  for (const char* result : {"one two", "one!", "one!one!"}) {
    CHECK(content_of(*pack, atom::ObjectId::of("blob", result)) == result);
  }
  CHECK(pack->header(tree)->type == store::ObjectType::tree);
  CHECK_FALSE(pack->header(atom::ObjectId::of("blob", "another")));
}

TEST_CASE("unusual packs are left to libgit2") {
  const git::Libgit2 libgit2;
  PackBuilder builder;
  const std::size_t place = builder.next();
  builder.blob("hello");
  std::size_t limit = plenty;
  SUBCASE("a base outside the pack") {
    builder.delta(atom::ObjectId::of("blob", "elsewhere"), delta(9, 9, copy_instruction(0, 9)));
  }
  SUBCASE("a duplicate object, once as a possible delta of itself") {
    builder.delta(place, delta(5, 5, copy_instruction(0, 5)));
  }
  SUBCASE("more than the limit") {
    limit = 4;
  }
  SUBCASE("deltas that expand beyond the limit") {
    builder.delta(place, delta(5, 2'000'000, copy_instruction(0, 5)));
  }
  SUBCASE("a delta for another base") {
    builder.delta(place, delta(6, 5, copy_instruction(0, 5)));
  }
  SUBCASE("a copy beyond the base") {
    builder.delta(place, delta(5, 5, copy_instruction(1, 5)));
  }
  SUBCASE("less than declared") {
    builder.delta(place, delta(5, 5, copy_instruction(0, 4)));
  }
  SUBCASE("more than declared") {
    builder.delta(place, delta(5, 5, copy_instruction(0, 5) + insert_instruction("x")));
  }
  SUBCASE("an invalid instruction") {
    builder.delta(place, delta(5, 5, std::string(1, '\0')));
  }
  SUBCASE("a truncated instruction") {
    builder.delta(place, delta(5, 5, "\x91"));
  }
  SUBCASE("a base before the beginning") {
    builder.raw(6, 3, PackBuilder::distance(4000), deflated("abc"));
  }
  SUBCASE("an invalid stream") {
    builder.raw(3, 3, "", "not zlib");
  }
  CHECK_FALSE(unfold(builder, limit));
}
