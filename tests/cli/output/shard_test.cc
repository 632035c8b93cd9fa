#include "cli/output/shard.h"

#include <doctest/doctest.h>

namespace eka::cli {
namespace {

TEST_CASE("a shard is K/N") {
  const auto shard = Shard::parse("2/5");
  REQUIRE(shard);
  CHECK(shard->number == 2);
  CHECK(shard->count == 5);
  CHECK(shard->str() == "2/5");
  CHECK(shard->json().canonical() == R"({"count":5,"number":2})");
  for (const char* text : {"", "/", "2", "0/5", "6/5", "1/0", "-1/5", "1/5x", "1 /5", "1/99999", "a/b", "1/2/3"}) {
    CAPTURE(text);
    const auto refused = Shard::parse(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == Kind::usage);
  }
}

TEST_CASE("shards have equal sizes and cover the list in order") {
  for (std::size_t size = 0; size < 30; ++size) {
    std::vector<std::size_t> whole(size);
    for (std::size_t i = 0; i < size; ++i) whole[i] = i;
    for (std::size_t count = 1; count < 10; ++count) {
      std::vector<std::size_t> seen(size, size);
      for (std::size_t number = 1; number <= count; ++number) {
        const Shard shard{number, count};
        const auto part = shard.part_of(whole);
        CHECK(part.size() >= size / count);
        CHECK(part.size() <= (size + count - 1) / count);
        for (std::size_t nth = 0; nth < part.size(); ++nth) seen.at(shard.position(nth)) = part[nth];
      }
      CHECK(seen == whole);
    }
  }
}

}  // namespace
}  // namespace eka::cli
