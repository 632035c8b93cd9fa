// The resolved graph of one atom, for display.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/context/remotes.h"
#include "engine/plan/roots.h"

namespace eka::engine {

struct DependencyGraph {
  struct Node {
    Published atom;
    std::string set;                 // its tag in the lock; "" for the root's own
    bool composes = false;           // it is the composer of an atom in the graph
    std::vector<std::size_t> needs;  // by set, then label
    // The URLs (after insteadOf) that have reported this revision for the version to this machine. Empty: only the lock
    // names it.
    std::vector<std::string> vouched_by{};
    bool from_working_tree = false;
    std::string override_from{};  // for this run, it is taken from there (overrides.h), as typed
  };
  std::vector<Node> nodes;  // the root first, then by set and label
};

struct GraphReport {
  std::vector<Result<DependencyGraph>> graphs;  // one for each item
  std::vector<RemoteCost> remotes;
};

// Reads the locks of the atoms; versions are chosen if there is none, or if an override applies. For a lock of format
// 1, which does not contain the edges of the graph, the whole closure is fetched. An item that fails does not affect
// the others; with `fail_fast`, the first failure is thrown.
coro::Task<GraphReport> dependency_graphs(Context& context, std::vector<Wanted> items, bool fail_fast = false);

}  // namespace eka::engine
