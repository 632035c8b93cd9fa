// Reads and parses atoms that are in the cache.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "base/error.h"
#include "engine/context/context.h"
#include "engine/context/published.h"

namespace eka::engine {

// A parsed atom whose objects are in the cache.
struct ReadAtom {
  Published published;
  atom::ObjectId tree;
  atom::Manifest manifest;
  std::optional<atom::Lock> lock;
  bool lock_is_own = true;             // as in its tree: whether it has one, and which; so the tree determines it
  std::set<atom::ObjectId> entered{};  // revisions in its lock that this run took from the surrounding working tree
};

// Whether the lock of an atom is read with its manifest. A lock that decides nothing need not even be readable.
enum class WithLock { no, yes };

// Reads the atom at a revision in the cache. Kind::integrity if its manifest belongs to another atom.
coro::Task<ReadAtom> read_atom(Context& context, Published published);
// Reads many at the cost of one, in their order; each fails separately.
coro::Task<std::vector<Result<ReadAtom>>> read_atoms(Context& context, std::vector<Published> atoms,
                                                     WithLock with_lock = WithLock::yes);

}  // namespace eka::engine
