#include "cli/progress/summary.h"

#include <doctest/doctest.h>

#include "tests/cli/plans.h"

using namespace eka;
using namespace std::chrono_literals;
using cli::plan_of;

namespace {

engine::RemoteCost remote(const std::string& url, std::uint64_t bytes) {
  engine::RemoteCost out{url, {}};
  out.traffic.bytes_received = bytes;
  return out;
}

engine::Published published(const std::string& label) {
  const auto plan = plan_of(label);
  return {plan.rev, plan.label, plan.version, plan.rev};
}

}  // namespace

TEST_CASE("the summary of a plan counts different atoms, by where their evaluation comes from") {
  engine::PlanReport report;
  report.plans = {plan_of("a"), plan_of("b", true), plan_of("b", true)};
  CHECK(cli::plan_summary(report, 1249ms) == "planned 2 atoms (1 evaluated, 1 remembered) in 1.2 s");
  report.plans.emplace_back(std::unexpected(Error(Kind::remote, "no answer")));
  report.remotes = {remote("http://h/1", 300'000), remote("http://h/2", 40'000)};
  CHECK(cli::plan_summary(report, 12s) ==
        "planned 2 atoms (1 evaluated, 1 remembered), 1 failed, from 2 remotes in 12 s, 340 kB");
}

TEST_CASE("the summary of a prefetch counts an atom of several closures once") {
  engine::PrefetchReport report;
  report.closures.emplace_back(engine::Prefetched{published("a"), {published("lib"), published("x")}, {}});
  report.closures.emplace_back(engine::Prefetched{published("b"), {published("lib"), published("x")}, {}});
  report.remotes = {remote("http://h/1", 1'000)};
  CHECK(cli::prefetch_summary(report, 500ms) == "cached 4 atoms of 2 closures from 1 remote in 0.5 s, 1.0 kB");
}

TEST_CASE("the summary of a build") {
  engine::PlanReport report;
  report.plans = {plan_of("a"), plan_of("b")};
  CHECK(cli::build_summary(report, 1, 65s) == "built 1 atom, 1 failed, in 1 min 5 s");
}
