// The resolved graph of one atom, for people to look at.
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
    bool composes = false;           // some atom of the graph is composed by it
    std::vector<std::size_t> needs;  // by set, then label
    // The URLs (after insteadOf) that have said to this machine that the version is this revision. None: only the lock
    // says so.
    std::vector<std::string> vouched_by{};
    bool from_working_tree = false;
  };
  std::vector<Node> nodes;  // the root first, then by set and label
};

struct GraphReport {
  std::vector<Result<DependencyGraph>> graphs;  // one for each item
  std::vector<RemoteCost> remotes;
};

// From the locks of the atoms; versions are chosen where there is none. Of a lock of format 1, which does not say who
// needs whom, the whole closure is fetched. One that fails stops no other.
coro::Task<GraphReport> dependency_graphs(Context& context, std::vector<Wanted> items);

}  // namespace eka::engine
