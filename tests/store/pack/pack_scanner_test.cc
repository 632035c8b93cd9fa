#include "store/pack/pack_scanner.h"

#include <doctest/doctest.h>

#include "tests/store/pack_builder.h"

using namespace eka;
using namespace eka::test;
using store::PackLimits;
using store::PackScanner;

namespace {

// The scanner's error for a pack fed in pieces of `piece` bytes; empty if it is accepted.
std::string verdict(std::string_view pack, std::size_t piece = 100'000, const PackLimits& limits = {}) {
  PackScanner scanner(limits);
  try {
    for (std::size_t at = 0; at < pack.size(); at += piece) scanner.push(bytes_of(pack.substr(at, piece)));
    scanner.finish();
  } catch (const Error& error) {
    CHECK(error.kind() == Kind::integrity);
    return error.message();
  }
  return "";
}

bool mentions(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

PackBuilder honest() {
  PackBuilder builder;
  const std::string text = "hello, this is a file that is worth a delta\n";
  const auto file = builder.blob(text);
  builder.commit_of(builder.directory({{{"100644", "f"}, file}}));
  const std::size_t base = builder.next();
  const std::string content(3000, 'y');
  builder.blob(content);
  const std::size_t changed =
      builder.delta(base, varint(3000) + varint(2001) + copy_instruction(0, 2000) + insert_instruction("z"));
  builder.delta(changed, varint(2001) + varint(1) + insert_instruction("q"));
  return builder;
}

}  // namespace

TEST_CASE("a valid pack is accepted in pieces of any size") {
  const std::string pack = honest().pack();
  for (const std::size_t piece : {1UL, 2UL, 7UL, 19UL, 64UL, 100'000UL}) {
    CAPTURE(piece);
    CHECK(verdict(pack, piece) == "");
  }
  PackScanner scanner;
  scanner.push(bytes_of(pack));
  CHECK(scanner.objects() == 6);
  CHECK(scanner.bytes() == pack.size());
  const std::string_view trailer = std::string_view(pack).substr(pack.size() - 20);
  CHECK(std::equal(trailer.begin(), trailer.end(), scanner.trailer().bytes().begin(),
                   [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }));
}

TEST_CASE("an empty pack is accepted") {
  CHECK(verdict(PackBuilder().pack()) == "");
}

TEST_CASE("a pack truncated anywhere is rejected") {
  const std::string pack = honest().pack();
  for (std::size_t length = 0; length < pack.size(); ++length) {
    CAPTURE(length);
    REQUIRE(verdict(std::string_view(pack).substr(0, length)) != "");
  }
}

TEST_CASE("a pack with any byte changed is rejected") {
  const std::string pack = honest().pack();
  for (std::size_t at = 0; at < pack.size(); ++at) {
    CAPTURE(at);
    std::string changed = pack;
    changed[at] = static_cast<char>(changed[at] ^ 0x20);
    REQUIRE(verdict(changed) != "");
  }
}

TEST_CASE("bytes after the end are rejected") {
  CHECK(mentions(verdict(honest().pack() + "x"), "data after the end"));
  CHECK(mentions(verdict(honest().pack() + "x", 1), "data after the end"));
}

TEST_CASE("entries larger or smaller than declared are rejected") {
  PackBuilder larger;
  larger.raw(3, 10, "", deflated(std::string(100 << 20, 'a')));
  CHECK(mentions(verdict(larger.pack()), "larger than its declared size of 10 bytes"));
  PackBuilder smaller;
  smaller.raw(3, 11, "", deflated("0123456789"));
  CHECK(mentions(verdict(smaller.pack()), "of 10 bytes has the declared size 11"));
}

TEST_CASE("a wrong number of entries is rejected") {
  CHECK(mentions(verdict(honest().pack(0xffffffff)), "4294967295 objects exceed the limit"));
  CHECK(verdict(honest().pack(7)) != "");
  CHECK(verdict(honest().pack(5)) != "");
}

TEST_CASE("unknown entry types are rejected") {
  for (const unsigned type : {0U, 5U}) {
    PackBuilder builder;
    builder.raw(type, 1, "", deflated("x"));
    CHECK(mentions(verdict(builder.pack()), "type " + std::to_string(type)));
  }
}

TEST_CASE("objects over the limit are rejected by their declared size") {
  PackBuilder blob;
  blob.raw(3, 1ULL << 40, "", deflated("x"));
  CHECK(mentions(verdict(blob.pack()), "exceeds the limit of 512 MiB"));
  PackBuilder tree;
  tree.raw(2, 100 << 20, "", deflated("x"));
  CHECK(mentions(verdict(tree.pack()), "exceeds the limit of 32 MiB"));
  PackBuilder delta;
  const std::size_t base = delta.next();
  delta.blob("base");
  delta.delta(base, varint(4) + varint(1ULL << 33) + copy_instruction(0, 4));
  CHECK(mentions(verdict(delta.pack()), "delta of 8192 MiB"));
  PackBuilder absurd;
  absurd.raw(3, ~0ULL, "", deflated("x"));
  CHECK(verdict(absurd.pack()) != "");
}

TEST_CASE("a delta bomb is rejected by its expanded size") {
  // 16 kB of deltas, each of which copies its base several times.
  PackBuilder builder;
  std::size_t base = builder.next();
  const std::uint32_t size = 4 << 20;
  builder.blob(std::string(size, 'b'));
  for (int i = 0; i < 200; ++i) {
    std::string instructions = varint(size) + varint(size) + copy_instruction(1, size - 1);
    instructions += insert_instruction(std::string(1, static_cast<char>('0' + i % 10)));
    base = builder.delta(base, instructions);
  }
  CHECK(builder.next() < 20'000);
  CHECK(mentions(verdict(builder.pack()), "expands to over"));
}

TEST_CASE("delta chains that take too long to resolve are rejected, with bases named by offset or id") {
  const auto chain = [](std::uint32_t size, int depth, bool by_id) {
    PackBuilder builder;
    std::size_t base = builder.next();
    const auto id = builder.blob(std::string(size, 'b'));
    std::uint32_t noise = 1;
    for (int i = 0; i < depth; ++i) {
      std::string instructions = varint(size) + varint(size);
      for (int part = 0; part < 60; ++part) {
        std::string piece;
        while (piece.size() < 100) piece += static_cast<char>((noise = noise * 1664525 + 1013904223) >> 24);
        instructions += insert_instruction(piece);
      }
      instructions += copy_instruction(6000, size - 6000);
      base = by_id ? builder.delta(id, instructions) : builder.delta(base, instructions);
    }
    return builder.pack();
  };
  for (const bool by_id : {false, true}) {
    CAPTURE(by_id);
    CHECK(verdict(chain(1'200'000, 100, by_id)) == "");
    // 1 GB in total, but a thousand steps to the end, and 500 on average.
    CHECK(mentions(verdict(chain(1'200'000, 1000, by_id)), "resolving delta chains takes over"));
  }
}

TEST_CASE("a delta whose base offset is not the start of an entry is rejected") {
  PackBuilder builder;
  const std::size_t blob = builder.next();
  builder.blob("a blob whose bytes could be another entry");
  const std::string instructions = varint(4) + varint(4) + copy_instruction(0, 4);
  for (const std::size_t place : {std::size_t{0}, std::size_t{11}, blob + 1, blob + 5}) {
    PackBuilder each = builder;
    each.delta(place, instructions);
    CHECK(mentions(verdict(each.pack()), "delta without base"));
  }
  PackBuilder itself = builder;
  itself.raw(6, instructions.size(), std::string(1, '\0'), deflated(instructions));
  CHECK(mentions(verdict(itself.pack()), "delta without base"));
}

TEST_CASE("the cost of a delta chain includes each delta down to the whole object") {
  store::DeltaChains chains;
  chains.add_whole(12);
  REQUIRE(chains.add_by_place(20, 12, {10, 11}));
  REQUIRE(chains.add_by_place(30, 20, {11, 12}));
  REQUIRE(chains.add_by_place(40, 12, {10, 1}));
  CHECK(chains.work() == (10 + 11) + (10 + 11 + 12) + (10 + 1));
  CHECK_FALSE(chains.add_by_place(50, 21, {11, 12}));
  // A delta by id may build upon the longest chain, and further deltas continue from there.
  chains.add_by_id(60, {5, 6});
  CHECK(chains.work() == 65 + (5 + 6) + 1 * (33 + 11));
  REQUIRE(chains.add_by_place(70, 60, {6, 7}));
  CHECK(chains.work() == 65 + (5 + 6) + (5 + 6 + 7) + 2 * (33 + 18));
}

TEST_CASE("a pack of 1 MB that expands to 1 GB is rejected before it is inflated completely") {
  PackBuilder builder;
  const std::string zeros = deflated(std::string(128 << 20, '\0'));
  for (int i = 0; i < 8; ++i) builder.raw(3, 128 << 20, "", zeros);
  CHECK(builder.next() < 1'100'000);
  CHECK(mentions(verdict(builder.pack(), 4096), "expands to over"));
}
