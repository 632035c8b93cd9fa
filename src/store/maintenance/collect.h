// Drops from a cache what was not used for a while.
//
// Used is what a run asked the cache for by id (an atom, a tree, a remembered evaluation); the runs told eka.db, and
// where that knows nothing, what a thing's own file says of its time counts. Kept with an atom is all that its
// atom.lock names, and what the locks at the paths that runs noted name, as long as those files are there: atoms, and
// the sources that are none. All of it can be fetched again.
//
// Names go first, so that nothing claims to be there that is not; then what was remembered of their objects; then the
// objects. Killed at any point, it leaves a sound cache with some litter that the next collection takes.
//
// To let it drop things of a further part of the cache, add a shelf to collect.cc.
#pragma once

#include <chrono>
#include <cstdint>

#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "store/disk/places.h"

namespace eka::store {

struct CollectOptions {
  std::chrono::seconds older_than = std::chrono::hours(24 * 30);
  std::chrono::system_clock::time_point now{};
};

struct Collection {
  std::uint64_t atoms_kept = 0, atoms_dropped = 0;
  std::uint64_t trees_kept = 0, trees_dropped = 0;
  std::uint64_t objects_kept = 0, objects_dropped = 0;
  std::uint64_t facts_dropped = 0;
  std::uint64_t others_dropped = 0;  // sources that are no atoms, entries of further parts of the cache
  std::uint64_t bytes_before = 0, bytes_after = 0;
};

// The cache must be held exclusively (use_lock.h). Resumes on the reactor. Throws Kind::failure.
coro::Task<Collection> collect(Places places, coro::Pool& pool, CollectOptions options);

}  // namespace eka::store
