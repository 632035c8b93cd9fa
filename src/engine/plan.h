// From atom URIs to derivations: what is asked of the engine, and what it answers.
#pragma once

#include <string>
#include <vector>

#include "atom/lock/lock.h"
#include "atom/names/atom_id.h"
#include "base/error.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/context/timed.h"
#include "engine/plan/roots.h"
#include "eval/evaluator.h"

namespace eka::engine {

struct PlanRequest {
  std::vector<Wanted> items;
};

// The plan of one atom.
struct Plan {
  atom::Label label;
  atom::Version version;
  atom::AtomId id;
  atom::ObjectId rev;
  std::string drv_path;
  std::vector<eval::Output> outputs;
  bool remembered = false;                   // from an earlier evaluation
  std::vector<std::string> remotes;          // every remote that its closure names, redacted
  std::vector<atom::LockedDirect> archives;  // that its build unpacks (provide_archives.h)
  Times milliseconds;
};

struct PlanReport {
  std::vector<Result<Plan>> plans;  // one for each item, in their order
  std::vector<RemoteCost> remotes;  // those that were asked anything, by url
};

// Runs the whole pipeline. A failing item does not stop the others: its error is in its place. Throws only what
// concerns all of them (the cache cannot be opened, Nix is missing), and Cancelled.
coro::Task<PlanReport> plan(Context& context, PlanRequest request);

}  // namespace eka::engine
