// What the engine tells while it works. cli/ draws it; everything here is also in the report at the end.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.h"

namespace eka::engine {

struct Plan;  // plan.h

enum class Stage { locate, fetch_root, resolve, fetch_closure, materialize, evaluate, import, build };

// Called on the reactor, in between: implementations must not block or throw.
class Observer {
 public:
  virtual ~Observer() = default;
  // One unit of a stage began or ended; `what` names it for a person (an atom, a remote).
  virtual void began(Stage stage, std::string_view what) = 0;
  virtual void ended(Stage stage, std::string_view what) = 0;
  // Something that a person should know though nothing failed.
  virtual void note(std::string_view text) = 0;
  // Something for the curious.
  virtual void detail(std::string_view) {}
  // A line that a build printed; `what` names it as began() did.
  virtual void printed(std::string_view /*what*/, std::string_view /*line*/) {}
  // Item `index` of a PlanRequest has its answer. Called once for each item, in the order in which answers come. What
  // was evaluated enters the Nix store at the end of the run: until plan() has returned, `drv_path` is a promise.
  virtual void planned(std::size_t /*index*/, const Result<Plan>& /*result*/) {}
};

}  // namespace eka::engine
