#include <doctest/doctest.h>

#include "resolve/explain.h"
#include "resolve/solver.h"
#include "tests/resolve/proof.h"
#include "tests/resolve/random_universe.h"
#include "tests/resolve/sat_oracle.h"

using namespace eka;

TEST_CASE("1,000 random universes: results equal those of a SAT solver, solutions and proofs are valid") {
  constexpr std::uint32_t universes = 1000;
  std::size_t solvable = 0, asked = 0;
  for (std::uint32_t seed = 0; seed < universes; ++seed) {
    CAPTURE(seed);
    const bench::Universe universe = tests::random_universe(seed);
    resolve::Solver solver(universe, universe.request);
    const resolve::Outcome outcome = solver.solve();
    const auto* solved = std::get_if<resolve::Solved>(&outcome);
    const auto* unsolvable = std::get_if<resolve::Unsolvable>(&outcome);
    REQUIRE((solved != nullptr || unsolvable != nullptr));
    if (solved != nullptr) {
      ++solvable;
      CHECK(universe.complaint(*solved) == "");
    } else {
      CHECK(tests::flaw(unsolvable->why, universe) == "");
      CHECK_FALSE(resolve::explain(unsolvable->why, universe, "the root").root_requirements.empty());
    }
    if (const auto expected = tests::is_satisfiable(universe)) {
      ++asked;
      CHECK(*expected == (solved != nullptr));
    }
  }
  CHECK(solvable > universes / 4);
  CHECK(solvable < universes * 3 / 4);
  if (asked == 0) MESSAGE("skipped: verdicts against a SAT solver, as the tests were built without libcadical-dev");
}

TEST_CASE("a problem without a short proof stops at the step limit, deterministically") {
  const bench::Universe universe = tests::pigeonholes(11);
  std::uint64_t steps = 0;
  for (int round = 0; round < 2; ++round) {
    resolve::Request request = universe.request;
    request.step_limit = 300'000;
    resolve::Solver solver(universe, request);
    const resolve::Outcome outcome = solver.solve();
    const auto* exhausted = std::get_if<resolve::Exhausted>(&outcome);
    REQUIRE(exhausted != nullptr);
    CHECK(exhausted->steps > request.step_limit);
    if (round > 0) CHECK(exhausted->steps == steps);
    steps = exhausted->steps;
  }
}

TEST_CASE("an unsolvable pigeonhole problem is explained by facts instead of a long proof") {
  const bench::Universe universe = tests::pigeonholes(6);
  resolve::Solver solver(universe, universe.request);
  const resolve::Outcome outcome = solver.solve();
  const auto* unsolvable = std::get_if<resolve::Unsolvable>(&outcome);
  REQUIRE(unsolvable != nullptr);
  CHECK(tests::flaw(unsolvable->why, universe) == "");
  const resolve::Explanation explanation = resolve::explain(unsolvable->why, universe, "this atom");
  CHECK(explanation.root_requirements.size() == 6);
  CHECK(explanation.lines.size() <= 32);
}
