// Progress events of the engine. cli/ displays them; everything here is also in the final report.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.h"

namespace eka::engine {

struct Plan;  // plan.h

// `wait`: for a server that is busy.
enum class Stage { locate, fetch_root, resolve, fetch_closure, materialize, evaluate, import, build, wait };

// Called on the reactor: implementations must not block or throw.
class Observer {
 public:
  virtual ~Observer() = default;
  // One unit of a stage began or ended; `what` names it for users (an atom, a remote).
  virtual void began(Stage stage, std::string_view what) = 0;
  virtual void ended(Stage stage, std::string_view what) = 0;
  // Something that users should know although nothing failed.
  virtual void note(std::string_view text) = 0;
  // Shown only with verbose output.
  virtual void detail(std::string_view) {}
  // A line of a build's log; `what` is the same as for began().
  virtual void printed(std::string_view /*what*/, std::string_view /*line*/) {}
  // Item `index` of a PlanRequest has a result. Called once for each item, in the order of completion. Derivations are
  // imported into the Nix store at the end of the run: until plan() has returned, `drv_path` may not exist.
  virtual void planned(std::size_t /*index*/, const Result<Plan>& /*result*/) {}
};

}  // namespace eka::engine
