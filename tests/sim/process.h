// One run of the program within a life: what it is told, and what came of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/context/observer.h"
#include "engine/context/settings.h"
#include "engine/plan.h"
#include "engine/prefetch/prefetch.h"
#include "engine/publish/publish.h"
#include "engine/resolve/add.h"
#include "engine/resolve/resolve.h"
#include "engine/verify/verify.h"
#include "tests/sim/author.h"
#include "tests/sim/outside/servers.h"
#include "tests/sim/simulator.h"
#include "tests/sim/world.h"

namespace eka::sim {

// Tells notes as events.
class Listener final : public engine::Observer {
 public:
  explicit Listener(Simulator& simulator) : simulator_(simulator) {}
  void began(engine::Stage, std::string_view) override {}
  void ended(engine::Stage, std::string_view) override {}
  void note(std::string_view text) override { simulator_.tell("note: " + std::string(text)); }

 private:
  Simulator& simulator_;
};

// An atom that a process is asked for.
struct Item {
  const Release* release;
  unsigned major;  // what was asked for besides the label; 0: nothing
  bool exact;
  engine::Wanted wanted;
};

// The last ones are of whoever works on the set that lies on this machine.
enum class Command { plan, prefetch, verify, collect, plan_own, add, add_source, resolve, publish };

struct Process {
  explicit Process(Simulator& simulator) : observer(simulator) {}

  std::string name;
  Command command = Command::plan;
  engine::Settings settings;
  Listener observer;
  std::vector<Item> items;
  Asked asked;
  // Of an author.
  std::optional<Release> own;  // as it is
  std::optional<Need> added;   // what is to be added
  std::optional<std::size_t> added_source;
  bool fresh = false, locked = false;
  // Of plans and prefetches: a second caller of the same context prefetches the items, and is cancelled after this
  // time.
  std::optional<milliseconds> second_caller_leaves;
  // Another caller of the same context, who prefetches something that the items may need, from this time on.
  std::optional<Item> late_item;
  milliseconds late_after{0};
  milliseconds starts_after{0};
  std::uint64_t cancelled_at = 0;  // step of the reactor; 0: never
  Author::Files before;

  std::optional<engine::PlanReport> planned;
  std::optional<engine::PrefetchReport> prefetched;
  std::optional<engine::PrefetchReport> late;
  std::optional<engine::VerifyReport> verified;
  std::optional<engine::ResolveReport> resolved;
  std::optional<engine::PublishReport> published;
  std::optional<Error> error;
  bool cancelled = false;
};

// An error as a person is told of it.
std::string told(const Error& error);

}  // namespace eka::sim
