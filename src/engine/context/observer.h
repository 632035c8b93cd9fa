// Progress events of the engine. cli/ displays them; everything here is also in the final report.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.h"

namespace eka::engine {

struct Plan;  // plan.h

// The steps of a run, of which `locate` to `import` are measured for each atom. `query` and `transfer` are requests to
// one remote, for its refs and for objects or a file; `wait` is for a server that is busy.
enum class Stage {
  locate,
  fetch_root,
  resolve,
  fetch_closure,
  materialize,
  evaluate,
  import,
  build,
  query,
  transfer,
  wait
};

// Called on the reactor: implementations must not block or throw.
class Observer {
 public:
  virtual ~Observer() = default;
  // One unit of a stage began or ended; `what` names it for users: an atom as typed, or a remote by its URL. Units of
  // the same stage and name may overlap. A unit that fails or is cancelled may not end.
  virtual void began(Stage stage, std::string_view what) = 0;
  virtual void ended(Stage stage, std::string_view what) = 0;
  // Something that users should know although nothing failed.
  virtual void note(std::string_view text) = 0;
  // Shown only with verbose output.
  virtual void detail(std::string_view) {}
  // A request failed and is sent again; the text names the remote and the reason.
  virtual void retrying(std::string_view text) { detail(text); }
  // How many different atoms this run needs as far as is known, and how many of them are in the cache. The first number
  // grows as closures are read.
  virtual void counted(std::size_t /*needed*/, std::size_t /*cached*/) {}
  // A line of a build's log; `what` is the same as for began().
  virtual void printed(std::string_view /*what*/, std::string_view /*line*/) {}
  // Item `index` of a PlanRequest has a result. Called once for each item, in the order of completion. The derivation
  // of a new evaluation is not yet in the Nix store.
  virtual void planned(std::size_t /*index*/, const Result<Plan>& /*result*/) {}
  // After planned(), for a plan without error: its derivation is in the Nix store, and its evaluation is cached.
  virtual void stored(std::size_t /*index*/, const Plan& /*plan*/) {}
};

}  // namespace eka::engine
