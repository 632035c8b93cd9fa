#include "engine/plan/workers.h"

#include <doctest/doctest.h>

#include "engine/plan/batches.h"

namespace eka::engine {
namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

TEST_CASE("the number of workers is limited by memory") {
  CHECK(share_out(4 * gibibyte, 2).processes == 2);
  CHECK(share_out(4 * gibibyte, 2).each == 2 * gibibyte);
  CHECK(share_out(4 * gibibyte, 100).processes == 8);
  CHECK(share_out(4 * gibibyte, 100).each == gibibyte / 2);
  CHECK(share_out(gibibyte / 4, 2).processes == 1);
  CHECK(share_out(gibibyte / 4, 2).each == gibibyte / 4);
  CHECK(share_out(0, 0).processes == 1);
}

Materialized closure(std::size_t first, std::size_t count) {
  Materialized out;
  for (std::size_t i = first; i < first + count; ++i) out.atoms.emplace("atom-" + std::to_string(i), atom::Json());
  return out;
}

using Batches = std::vector<std::vector<std::size_t>>;

TEST_CASE("few atoms use a single process") {
  const Materialized a = closure(0, 4);
  const Materialized b = closure(4, 4);
  CHECK(batches({&a, &b}, 8) == Batches{{0, 1}});
  CHECK(batches({&a}, 8) == Batches{{0}});
}

TEST_CASE("closures are distributed evenly, and shared atoms count once") {
  // Two families: 0, 2 and 4 share fifty atoms; 1, 3 and 5 share fifty others.
  std::vector<Materialized> closures;
  for (std::size_t i = 0; i < 6; ++i) {
    closures.push_back(closure(1000 * (i % 2), 50));
    closures.back().atoms.emplace("own-" + std::to_string(i), atom::Json());
  }
  std::vector<const Materialized*> pointers;
  for (const auto& one : closures) pointers.push_back(&one);
  CHECK(batches(pointers, 2) == Batches{{0, 2, 4}, {1, 3, 5}});
  CHECK(batches(pointers, 1) == Batches{{0, 1, 2, 3, 4, 5}});
}

TEST_CASE("there are at most as many batches as closures") {
  const Materialized a = closure(0, 500);
  const Materialized b = closure(500, 500);
  CHECK(batches({&a, &b}, 8) == Batches{{0}, {1}});
}

}  // namespace
}  // namespace eka::engine
