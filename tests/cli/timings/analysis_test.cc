#include "cli/timings/analysis.h"

#include <numeric>

#include <doctest/doctest.h>

using namespace eka;
using cli::Recording;
using engine::Stage;

namespace {

// Two atoms of one remote, evaluated one after the other, and one of a slow remote.
Recording recording() {
  Recording out;
  out.command = "eka plan";
  out.length = 1000;
  out.jobs = 1;
  out.spans = {
      {Stage::query, "http://h/1", 0, 100},
      {Stage::fetch_closure, "::a", 100, 300},
      {Stage::transfer, "http://h/1", 100, 300},
      {Stage::transfer, "http://h/2", 100, 250},
      {Stage::evaluate, "::a", 300, 500},
      {Stage::evaluate, "::b", 500, 900},
      {Stage::wait, "http://h (busy: HTTP status 429, asks for 1 s)", 20, 60},
      {Stage::import, "derivations", 900, 990},
  };
  out.bytes = {{0, 0}, {100, 0}, {300, 20'000}, {1000, 20'000}};
  return out;
}

std::vector<std::string> named(const Recording& recording, const std::vector<std::size_t>& spans) {
  std::vector<std::string> out;
  for (const auto index : spans) out.push_back(recording.spans[index].what);
  return out;
}

}  // namespace

TEST_CASE("the critical path is the chain of work that each next step waited for") {
  const auto recorded = recording();
  CHECK(named(recorded, cli::critical_path(recorded)) ==
        std::vector<std::string>{"http://h/1", "http://h/1", "::a", "::b", "derivations"});
}

TEST_CASE("the critical path of an empty run, and of one with work that takes no time") {
  Recording empty;
  CHECK(cli::critical_path(empty).empty());
  empty.length = 10;
  empty.spans = {{Stage::evaluate, "::a", 5, 5}};
  CHECK(cli::critical_path(empty).empty());
}

TEST_CASE("a row for each remote, then for each atom, then for the run") {
  const auto recorded = recording();
  const auto lanes = cli::lanes_of(recorded);
  REQUIRE(lanes.size() == 6);
  CHECK(lanes[0].name == "http://h/1");
  CHECK(lanes[0].busy == 300);
  CHECK(lanes[1].name == "http://h/2");
  CHECK(lanes[2].name == "http://h");  // the host that was busy
  CHECK(lanes[3].name == "::a");
  CHECK(lanes[3].spans.size() == 2);
  CHECK(lanes[4].name == "::b");
  CHECK(lanes[5].name == "Nix store");
}

TEST_CASE("load: the averages of each part add up to the whole") {
  const auto load = cli::load_of(recording(), 10);
  CHECK(load.requests == std::vector<double>{1, 2, 1.5, 0, 0, 0, 0, 0, 0, 0});
  CHECK(load.evaluations == std::vector<double>{0, 0, 0, 1, 1, 1, 1, 1, 1, 0});
  CHECK(load.bytes[1] == doctest::Approx(100'000));
  CHECK(std::accumulate(load.bytes.begin(), load.bytes.end(), 0.0) / 10 == doctest::Approx(20'000));
}

TEST_CASE("the limit is the longest chain of one atom, or all evaluations at once") {
  auto recorded = recording();
  auto limit = cli::limit_of(recorded);
  CHECK(limit.chain == 400);
  CHECK(limit.evaluations == 600);
  CHECK(limit.best() == 600);
  recorded.jobs = 2;
  limit = cli::limit_of(recorded);
  CHECK(limit.best() == 400);
}

TEST_CASE("the slowest of a stage, the slowest first") {
  const auto recorded = recording();
  CHECK(named(recorded, cli::slowest(recorded, Stage::evaluate, 5)) == std::vector<std::string>{"::b", "::a"});
  CHECK(named(recorded, cli::slowest(recorded, Stage::evaluate, 1)) == std::vector<std::string>{"::b"});
}
