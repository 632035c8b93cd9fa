// What of closures is not in the cache: `eka prefetch --check`. Nothing is fetched, and remotes are not asked if the
// run is offline.
#pragma once

#include <optional>
#include <vector>

#include "atom/lock/lock.h"
#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/prefetch/prefetch.h"

namespace eka::engine {

struct Missing {
  std::optional<Published> root;            // of an item, whether it is missing or not
  std::vector<Published> atoms;             // by set, then label
  std::vector<atom::LockedDirect> sources;  // that are not atoms; those that only builds fetch are not needed
  bool may_be_more = false;                 // what a missing atom needs is not known

  bool is_nothing() const { return atoms.empty() && sources.empty(); }
};

// One for each item, then one for each lock file. An error says why it cannot be known: Kind::offline if not even the
// versions of an atom are cached.
coro::Task<std::vector<Result<Missing>>> find_missing(Context& context, PrefetchRequest request);

}  // namespace eka::engine
