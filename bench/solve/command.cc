#include "solve/command.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include <fmt/core.h>

#include "atom/json/json.h"
#include "base/error.h"
#include "solve/against_libsolv.h"
#include "solve/stopwatch.h"
#include "solve/synthetic.h"
#include "solve/universe.h"

namespace eka::bench {
namespace {

struct Run {
  resolve::Outcome outcome;
  resolve::Statistics statistics;
  double ms;
};

// Solves a universe in memory, including conversion of requirements to sets, without creating explanation texts.
Run run(const Universe& universe) {
  const Stopwatch time;
  resolve::Solver solver(universe, universe.request);
  resolve::Outcome outcome = solver.solve();
  const double ms = time.ms();
  return {std::move(outcome), solver.statistics(), ms};
}

const char* result_of(const resolve::Outcome& outcome) {
  if (std::holds_alternative<resolve::Solved>(outcome)) return "sat";
  return std::holds_alternative<resolve::Unsolvable>(outcome) ? "unsat" : "unknown";
}

// Describes an error in a result; empty if there is none.
std::string complaint(const Universe& universe, const resolve::Outcome& outcome) {
  const auto* solved = std::get_if<resolve::Solved>(&outcome);
  const std::string result = result_of(outcome);
  if (universe.expect_solvable && result != (*universe.expect_solvable ? "sat" : "unsat")) {
    return "expected " + std::string(*universe.expect_solvable ? "sat" : "unsat") + ", not " + result;
  }
  return solved != nullptr ? universe.complaint(*solved) : std::string();
}

void print_answer(const Universe& universe, const Run& run) {
  atom::Json line;
  line["name"] = universe.title;
  line["result"] = result_of(run.outcome);
  line["solution"] = atom::Json();
  if (const auto* solved = std::get_if<resolve::Solved>(&run.outcome)) {
    atom::Json solution{atom::Json::Object{}};
    for (const auto& [label, version] : universe.selection(*solved)) solution[label] = version;
    line["solution"] = std::move(solution);
  }
  line["ms"] = std::round(run.ms * 1000) / 1000;
  line["decisions"] = run.statistics.decisions;
  line["conflicts"] = run.statistics.conflicts;
  line["packages"] = std::uint64_t{run.statistics.packages};
  fmt::print("{}\n", line.canonical());
}

struct Totals {
  std::size_t cases = 0, wrong = 0, libsolv_differs = 0;
  double ours_ms = 0, slowest_ms = 0, libsolv_load_ms = 0, libsolv_solve_ms = 0;
  std::string slowest;
};

// Both solve the case in turns, so that other load on the machine affects both.
void compare(const Universe& universe, unsigned repeat, Totals& totals) {
  const LibsolvProblem problem(universe);
  double ours = 0;
  LibsolvRun theirs;
  std::string result;
  for (unsigned i = 0; i < repeat; ++i) {
    const Run our_run = run(universe);
    const LibsolvRun their_run = problem.run();
    result = result_of(our_run.outcome);
    if (i == 0 || our_run.ms < ours) ours = our_run.ms;
    if (i == 0 || their_run.load_ms + their_run.solve_ms < theirs.load_ms + theirs.solve_ms) theirs = their_run;
  }
  if (theirs.solvable != (result == "sat")) {
    ++totals.libsolv_differs;
    fmt::print(stderr, "{}: {} here, {} with libsolv\n", universe.title, result, theirs.solvable ? "sat" : "unsat");
  }
  totals.ours_ms += ours;
  totals.libsolv_load_ms += theirs.load_ms;
  totals.libsolv_solve_ms += theirs.solve_ms;
}

void print_totals(const Totals& t, bool against_libsolv) {
  std::FILE* const out = against_libsolv ? stdout : stderr;
  fmt::print(out, "{} cases, {} wrong, slowest {:.3f} ms ({})\n", t.cases, t.wrong, t.slowest_ms, t.slowest);
  if (!against_libsolv) return;
  const double theirs = t.libsolv_load_ms + t.libsolv_solve_ms;
  fmt::print("eka      {:9.3f} ms\n", t.ours_ms);
  fmt::print("libsolv  {:9.3f} ms   (its pool {:.3f} ms, solving {:.3f} ms; {} verdicts differ)\n", theirs,
             t.libsolv_load_ms, t.libsolv_solve_ms, t.libsolv_differs);
  fmt::print("ratio    {:9.3f}      (eka / libsolv; eka / libsolv's solving alone: {:.3f})\n", t.ours_ms / theirs,
             t.ours_ms / t.libsolv_solve_ms);
}

Universe synthetic(const std::string& size) {
  std::size_t packages = 0, versions = 0;
  const char* const end = size.data() + size.size();
  const auto first = std::from_chars(size.data(), end, packages);
  const bool has_cross = first.ptr != end && *first.ptr == 'x';
  const auto second = has_cross ? std::from_chars(first.ptr + 1, end, versions) : first;
  if (!has_cross || second.ptr != end || packages == 0 || versions == 0) {
    throw Error(Kind::usage, "invalid size “" + size + "”: use PACKAGESxVERSIONS, such as 5000x20");
  }
  return synthetic_universe(packages, versions);
}

void solve_case(const Universe& universe, const SolveOptions& options, Totals& totals) {
  const Run answer = run(universe);
  ++totals.cases;
  if (answer.ms > totals.slowest_ms) {
    totals.slowest_ms = answer.ms;
    totals.slowest = universe.title;
  }
  if (const std::string wrong = complaint(universe, answer.outcome); !wrong.empty()) {
    ++totals.wrong;
    fmt::print(stderr, "{}: {}\n", universe.title, wrong);
  }
  if (options.against_libsolv) {
    compare(universe, std::max(options.repeat, 1U), totals);
  } else {
    print_answer(universe, answer);
  }
}

}  // namespace

int solve(const SolveOptions& options) {
  Totals totals;
  try {
    if (options.against_libsolv && !has_libsolv()) {
      throw Error(Kind::usage, "eka-bench was built without libsolv: install libsolv-dev and build again");
    }
    for (const auto& file : options.files) {
      for (const Universe& universe : read_universes(file)) solve_case(universe, options, totals);
    }
    if (!options.synthetic.empty()) solve_case(synthetic(options.synthetic), options, totals);
  } catch (const Error& error) {
    std::string text = error.message();
    for (const std::string& context : error.context()) text += "\n  while " + context;
    fmt::print(stderr, "eka-bench: {}\n", text);
    return 1;
  }
  print_totals(totals, options.against_libsolv);
  return 0;
}

}  // namespace eka::bench
