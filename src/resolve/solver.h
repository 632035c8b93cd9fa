// Which version of every package: PubGrub (https://nex3.medium.com/pubgrub-2fb6470504f), over facts that may still be
// on their way.
//
// One version per package; everything reachable from the root and nothing else. A package takes its locked version
// where it can, else the highest; locked packages are settled first, then those that the root names. A pre-release is
// chosen only where a requirement names it (Requirement::matches).
//
//   Solver solver(facts, request);
//   Outcome outcome = solver.solve();
//   while (auto* missing = std::get_if<Missing>(&outcome)) { bring(missing->facts); outcome = solver.solve(); }
//
// A solver keeps all that it has done and learned: solve() goes on where it stopped. It takes no clock and no chance:
// the same facts give the same answer, however and whenever they come, and the budget is counted in steps.
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
  // A step is one look at something known not to hold together: some 10 to 50 ns. The hardest real graph we know
  // takes under a million.
  std::uint64_t step_limit = 100'000'000;
};

struct Selected {
  PackageId package{};
  std::size_t version = 0;  // index into its versions
};

struct Solved {
  std::vector<Selected> selected;  // in the order in which the solver met them
};
struct Missing {
  std::vector<Need> facts;  // the first is what it stopped at
};
struct Unsolvable {
  Derivation why;
};
struct Exhausted {
  std::uint64_t steps;  // over the limit: whether there is a solution is not known
};
using Outcome = std::variant<Solved, Missing, Unsolvable, Exhausted>;

struct Statistics {
  std::uint64_t steps = 0, decisions = 0, conflicts = 0;
  std::uint32_t packages = 0;  // that the solver met
};

class Solver {
 public:
  // `facts` must outlive the solver.
  Solver(const Facts& facts, Request request);
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;
  // `checkpoint` is called now and then: what it throws ends the search, which may be continued by another call.
  Outcome solve(const std::function<void()>& checkpoint = {});
  Statistics statistics() const;

 private:
  enum class Verdict { inert, derived, conflict };
  // The incompatibilities that speak of one version of one package: a range of `edges_`.
  struct Edges {
    std::uint32_t first = 0, count = 0;
    bool known = false;
  };

  struct Closed {};
  // A solver that knows nothing but the facts behind `failure` of another: the proof it finds is as a rule shorter.
  Solver(Closed, const Solver& other, IncompatibilityId failure);
  Derivation explanation(const std::function<void()>& checkpoint) const;

  // One of the two terms by which an incompatibility is found; a copy of it, so that most looks go no further.
  struct Watch {
    VersionSet term;
    IncompatibilityId id;
  };
  // What the order of decisions hangs on, kept together.
  struct Standing {
    std::uint32_t conflicts;  // how often the package was in the way
    VersionSet::Member locked;
    bool named_by_root;
  };

  // Goes on until something is known.
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
  IncompatibilityId pending_ = no_incompatibility;  // was found to hold while going back
  IncompatibilityId failure_ = no_incompatibility;
  bool started_ = false;
  bool closed_ = false;  // asks for no further facts
  Statistics statistics_;
};

}  // namespace eka::resolve
