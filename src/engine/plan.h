// The request to plan atom URIs as derivations, and its result.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "atom/lock/lock.h"
#include "atom/names/atom_id.h"
#include "base/error.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/context/timed.h"
#include "engine/plan/overrides.h"
#include "engine/plan/roots.h"
#include "eval/evaluator.h"

namespace eka::engine {

struct PlanRequest {
  std::vector<Wanted> items;
  bool fail_fast = false;  // the first failure ends the run: it is thrown
};

// The plan of one atom.
struct Plan {
  atom::Label label;
  atom::Version version;
  atom::AtomId id;
  atom::ObjectId rev;
  std::string drv_path;
  std::vector<eval::Output> outputs;
  std::optional<std::string> meta{};         // JSON of its `meta`, with Settings::meta
  bool remembered = false;                   // from an earlier evaluation
  eval::SandboxKind sandbox{};               // in which it was evaluated
  std::vector<std::string> remotes;          // all remotes that its closure names, redacted
  std::vector<atom::LockedDirect> archives;  // unpacked by its build (provide_archives.h)
  std::vector<Overridden> overridden{};      // dependencies that were taken from other places, for this run
  Times milliseconds;
};

struct PlanReport {
  std::vector<Result<Plan>> plans;  // one for each item, in order
  std::vector<RemoteCost> remotes;  // to which requests were sent, by URL
};

// Runs the whole pipeline. An item that fails does not affect the others: its error is its result. Throws only errors
// that concern all items (the cache cannot be opened, Nix is missing), and Cancelled.
coro::Task<PlanReport> plan(Context& context, PlanRequest request);

}  // namespace eka::engine
