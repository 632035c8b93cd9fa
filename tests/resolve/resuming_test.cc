// The solver with facts that become available over time.
#include <map>
#include <optional>
#include <random>
#include <set>

#include <doctest/doctest.h>

#include "resolve/solver.h"
#include "solve/synthetic.h"
#include "tests/resolve/random_universe.h"

using namespace eka;
using resolve::PackageId;

namespace {

// Contains only revealed facts.
class Unfolding final : public resolve::Facts {
 public:
  explicit Unfolding(const resolve::Facts& all) : all_(all) {}

  std::string name(PackageId package) const override { return all_.name(package); }
  const resolve::Versions* versions(PackageId package) const override {
    return lists_.contains(package) ? all_.versions(package) : nullptr;
  }
  const resolve::Manifest* manifest(PackageId package, std::size_t version) const override {
    return manifests_.contains({package, version}) ? all_.manifest(package, version) : nullptr;
  }

  void reveal(const resolve::Need& need) {
    const bool is_new =
        need.version ? manifests_.emplace(need.package, *need.version).second : lists_.insert(need.package).second;
    CHECK(is_new);  // available facts are not requested
  }
  std::size_t revealed() const { return lists_.size() + manifests_.size(); }

 private:
  const resolve::Facts& all_;
  std::set<PackageId> lists_;
  std::set<std::pair<PackageId, std::size_t>> manifests_;
};

std::string text(const bench::Universe& universe, const resolve::Outcome& outcome) {
  const auto* solved = std::get_if<resolve::Solved>(&outcome);
  if (solved == nullptr) return "no solution";
  std::string out;
  for (const auto& [label, version] : universe.selection(*solved)) out += label + " " + version + "\n";
  return out;
}

}  // namespace

TEST_CASE("the result does not depend on the order in which facts become available") {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    const bench::Universe universe = tests::random_universe(seed);
    resolve::Solver at_once(universe, universe.request);
    const resolve::Outcome expected = at_once.solve();
    std::mt19937 random(seed);
    for (int round = 0; round < 3; ++round) {
      Unfolding facts(universe);
      resolve::Solver solver(facts, universe.request);
      resolve::Outcome outcome = solver.solve();
      while (const auto* missing = std::get_if<resolve::Missing>(&outcome)) {
        REQUIRE_FALSE(missing->facts.empty());
        facts.reveal(missing->facts[random() % missing->facts.size()]);
        outcome = solver.solve();
      }
      CHECK(text(universe, outcome) == text(universe, expected));
      CHECK(solver.statistics().steps == at_once.statistics().steps);  // no work is repeated
      CHECK(solver.statistics().conflicts == at_once.statistics().conflicts);
    }
  }
}

TEST_CASE("a graph without conflicts takes two rounds per level and requests no unneeded facts") {
  // A binary tree, 8 levels deep, of packages with 20 versions each.
  bench::Universe universe;
  constexpr std::size_t levels = 8, packages = (std::size_t{1} << levels) - 1;
  std::vector<PackageId> ids;
  for (std::size_t p = 0; p < packages; ++p) ids.push_back(universe.intern("p" + std::to_string(p)));
  for (std::size_t p = 0; p < packages; ++p) {
    std::vector<std::pair<atom::Version, resolve::Manifest>> list;
    for (std::size_t v = 0; v < 20; ++v) {
      resolve::Manifest manifest;
      for (const std::size_t child : {2 * p + 1, 2 * p + 2}) {
        if (child < packages) manifest.dependencies.push_back({ids[child], {}, {}});
      }
      list.emplace_back(atom::Version(1, v, 0), std::move(manifest));
    }
    universe.publish(ids[p], std::move(list));
  }
  universe.request.root.push_back({ids[0], {}, {}});

  Unfolding facts(universe);
  resolve::Solver solver(facts, universe.request);
  resolve::Outcome outcome = solver.solve();
  std::size_t rounds = 0;
  while (const auto* missing = std::get_if<resolve::Missing>(&outcome)) {
    ++rounds;
    for (const resolve::Need& need : missing->facts) facts.reveal(need);
    outcome = solver.solve();
  }
  REQUIRE(std::holds_alternative<resolve::Solved>(outcome));
  CHECK(rounds == 2 * levels);
  CHECK(facts.revealed() == 2 * packages);
}

TEST_CASE("a requested version list comes with the requirement of its dependent") {
  bench::Universe universe;
  const PackageId a = universe.intern("a");
  universe.publish(a, {{atom::Version(1, 0, 0), {}}});
  universe.request.root.push_back({a, unwrap(atom::Requirement::parse("^1")), {}});
  Unfolding facts(universe);
  resolve::Solver solver(facts, universe.request);
  resolve::Outcome outcome = solver.solve();
  const auto* missing = std::get_if<resolve::Missing>(&outcome);
  REQUIRE(missing != nullptr);
  REQUIRE(missing->facts.size() == 1);
  CHECK_FALSE(missing->facts[0].version.has_value());
  REQUIRE(missing->facts[0].requirement != nullptr);
  CHECK(missing->facts[0].requirement->str() == "^1");
}

TEST_CASE("a search that was interrupted at a checkpoint resumes") {
  const bench::Universe universe = bench::synthetic_universe(2000, 20);
  resolve::Solver at_once(universe, universe.request), interrupted(universe, universe.request);
  const resolve::Outcome expected = at_once.solve();
  int reached = 0, ended = 0;
  std::optional<resolve::Outcome> outcome;
  while (!outcome) {
    try {
      outcome = interrupted.solve([&] {
        if (++reached % 2 == 1) throw Cancelled();
      });
    } catch (const Cancelled&) {
      ++ended;
    }
  }
  CHECK(ended >= 1);
  CHECK(text(universe, *outcome) == text(universe, expected));
  CHECK(interrupted.statistics().steps == at_once.statistics().steps);
}

TEST_CASE("a large graph with hundreds of conflicts is solved") {
  const bench::Universe universe = bench::synthetic_universe(2000, 20);
  resolve::Solver solver(universe, universe.request);
  const resolve::Outcome outcome = solver.solve();
  const auto* solved = std::get_if<resolve::Solved>(&outcome);
  REQUIRE(solved != nullptr);
  CHECK(universe.complaint(*solved) == "");
  CHECK(solved->selected.size() == 2000);
  CHECK(solver.statistics().conflicts > 50);
  CHECK(solver.statistics().steps < 20'000'000);
}
