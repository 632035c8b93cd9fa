// Version solver: PubGrub (https://nex3.medium.com/pubgrub-2fb6470504f), with facts that become available over time.
//
// Selects one version per package, for exactly the packages reachable from the root. Prefers the locked version of a
// package, then the highest; decides locked packages first, then the direct dependencies of the root. A pre-release is
// selected only if a requirement names it (Requirement::matches).
//
//   Solver solver(facts, request);
//   Outcome outcome = solver.solve();
//   while (auto* missing = std::get_if<Missing>(&outcome)) { fetch(missing->facts); outcome = solver.solve(); }
//
// A solver keeps its state: solve() continues where it stopped. It is deterministic: the same facts give the same
// result in whatever order they become available, and its budget is counted in steps.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>
#include <vector>

#include "resolve/conflict.h"
#include "resolve/decision_queue.h"
#include "resolve/derivation.h"
#include "resolve/facts.h"
#include "resolve/look_ahead.h"
#include "resolve/packages.h"
#include "resolve/partial_solution.h"

namespace eka::resolve {

struct Request {
  std::vector<Dependency> root;
  std::vector<Preference> locked;
  std::vector<PackageId> first{};  // decided before all others, so that these get their highest versions
  // A step is one look at an incompatibility and takes 10 to 50 ns. The hardest real graph tested takes less than a
  // million.
  std::uint64_t step_limit = 100'000'000;
};

struct Selected {
  PackageId package{};
  std::size_t version = 0;  // index into its versions
};

struct Solved {
  std::vector<Selected> selected;  // in the order of discovery
};
struct Missing {
  std::vector<Need> facts;  // the first is the one at which it stopped
};
struct Unsolvable {
  Derivation why;
};
struct Exhausted {
  std::uint64_t steps;  // over the limit: it is not known whether there is a solution
};
using Outcome = std::variant<Solved, Missing, Unsolvable, Exhausted>;

struct Statistics {
  std::uint64_t steps = 0, decisions = 0, conflicts = 0;
  std::uint32_t packages = 0;  // discovered
};

class Solver {
 public:
  // `facts` must outlive the solver.
  Solver(const Facts& facts, Request request);
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;
  // `checkpoint` is called periodically: an exception from it ends the search; another call of solve() continues it.
  Outcome solve(const std::function<void()>& checkpoint = {});
  Statistics statistics() const;

 private:
  enum class Verdict { inert, derived, conflict };
  // The dependencies of one version of one package: a range of `edges_`.
  struct Edges {
    std::uint32_t first = 0, count = 0;
    bool known = false;
  };

  struct Closed {};
  // A solver that knows only the facts behind `failure` of another: its proof is usually shorter.
  Solver(Closed, const Solver& other, IncompatibilityId failure);
  Derivation explanation(const std::function<void()>& checkpoint) const;

  // One of the two watched terms of an incompatibility; a copy, so that most incompatibilities need not be read.
  struct Watch {
    VersionSet term;
    IncompatibilityId id;
  };
  // What determines the order of decisions.
  struct Standing {
    std::uint32_t conflicts;  // number of conflicts that involved the package
    VersionSet::Member locked;
    bool named_by_root;
    bool first;
  };

  // Runs until the outcome is known.
  enum class Stop { solved, missing, failed, exhausted };
  Stop search(const std::function<void()>& checkpoint);
  bool start();
  IncompatibilityId propagate();
  IncompatibilityId propagate_from(Slot slot);
  bool moves(Slot slot, IncompatibilityId id, IncompatibilityId& conflict);
  Verdict look_at(IncompatibilityId id);
  void derive(const Term& term, IncompatibilityId cause);

  VersionSet::Member preferred(Slot slot) const;
  bool expand(Slot slot, VersionSet::Member version);
  bool meet_objects(const Manifest& manifest);
  IncompatibilityId add_dependency(Slot slot, VersionSet::Member version, const Dependency& dependency);
  IncompatibilityId settle(Slot slot, VersionSet::Member version);

  void learn_from(IncompatibilityId conflict);
  void go_back(std::uint32_t level);
  void watch(IncompatibilityId id);
  void make_room();
  void requeue(Slot slot);

  Solved solution() const;
  Outcome missing() const;

  const Facts& facts_;
  Request request_;
  Manifest root_;
  Packages packages_;
  Incompatibilities known_;
  PartialSolution partial_;
  DecisionQueue queue_;
  std::vector<std::vector<Watch>> watches_;   // by slot
  std::vector<Standing> standing_;            // by slot
  std::vector<std::vector<Edges>> expanded_;  // by slot, then version
  std::vector<IncompatibilityId> edges_;
  std::unordered_map<std::uint64_t, IncompatibilityId> merged_;  // by subject and requirement
  PartialSolution::Position propagated_ = 0;
  IncompatibilityId pending_ = no_incompatibility;  // found to be satisfied while backtracking
  IncompatibilityId failure_ = no_incompatibility;
  bool started_ = false;
  bool closed_ = false;  // requests no further facts
  Statistics statistics_;
};

}  // namespace eka::resolve
