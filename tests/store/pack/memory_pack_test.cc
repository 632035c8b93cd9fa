// Small packs, unfolded in memory: the same objects as libgit2 finds, or none of our business.
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

// The head of a delta: the size of its base and of its result.
std::string delta(std::size_t base, std::size_t result, const std::string& instructions) {
  return varint(base) + varint(result) + instructions;
}

}  // namespace

TEST_CASE("objects and deltas of both kinds are known by their ids, in whatever order") {
  const git::Libgit2 libgit2;
  PackBuilder builder;
  const std::string text = "one two three";
  const auto base = atom::ObjectId::of("blob", text);
  // Its base is still to come.
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

TEST_CASE("what is unusual is left to libgit2") {
  const git::Libgit2 libgit2;
  PackBuilder builder;
  const std::size_t place = builder.next();
  builder.blob("hello");
  std::size_t limit = plenty;
  SUBCASE("a base that is elsewhere") {
    builder.delta(atom::ObjectId::of("blob", "elsewhere"), delta(9, 9, copy_instruction(0, 9)));
  }
  SUBCASE("an object that comes twice, once as what could be a delta of itself") {
    builder.delta(place, delta(5, 5, copy_instruction(0, 5)));
  }
  SUBCASE("more than fits") {
    limit = 4;
  }
  SUBCASE("deltas that unfold to more than fits") {
    builder.delta(place, delta(5, 2'000'000, copy_instruction(0, 5)));
  }
  SUBCASE("a delta of another base") {
    builder.delta(place, delta(6, 5, copy_instruction(0, 5)));
  }
  SUBCASE("a copy from beyond the base") {
    builder.delta(place, delta(5, 5, copy_instruction(1, 5)));
  }
  SUBCASE("less than was declared") {
    builder.delta(place, delta(5, 5, copy_instruction(0, 4)));
  }
  SUBCASE("more than was declared") {
    builder.delta(place, delta(5, 5, copy_instruction(0, 5) + insert_instruction("x")));
  }
  SUBCASE("an instruction that is none") {
    builder.delta(place, delta(5, 5, std::string(1, '\0')));
  }
  SUBCASE("an instruction that ends early") {
    builder.delta(place, delta(5, 5, "\x91"));
  }
  SUBCASE("a base before the beginning") {
    builder.raw(6, 3, PackBuilder::distance(4000), deflated("abc"));
  }
  SUBCASE("a stream that is none") {
    builder.raw(3, 3, "", "not zlib");
  }
  CHECK_FALSE(unfold(builder, limit));
}
