// Removes entries that have not been used for a while from a cache.
//
// An entry is used when a run requests it by id (an atom, a tree, a remembered evaluation). Runs record uses in eka.db;
// entries without a record are judged by the time of their file. Everything that the atom.lock of a kept atom names is
// kept, and so is everything named by lock files at paths that runs recorded, as long as these files exist: atoms and
// other sources. Everything removed can be fetched again.
//
// Refs are removed first, so that none points to missing objects; then facts about the objects; then the objects. If it
// is killed, the cache stays valid; leftover files are removed by the next collection.
//
// To collect another directory of the cache, add it to `shelves` in collect.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "store/disk/places.h"

namespace eka::store {

struct CollectOptions {
  std::chrono::seconds older_than = std::chrono::hours(24 * 30);
  std::chrono::system_clock::time_point now{};
  std::vector<std::string> keep_locks;  // contents of lock files: what they name is kept
};

struct Collection {
  std::uint64_t atoms_kept = 0, atoms_dropped = 0;
  std::uint64_t trees_kept = 0, trees_dropped = 0;
  std::uint64_t objects_kept = 0, objects_dropped = 0;
  std::uint64_t facts_dropped = 0;
  std::uint64_t others_dropped = 0;  // sources that are not atoms, entries of other directories of the cache
  std::uint64_t bytes_before = 0, bytes_after = 0;
  // Why entries that should have been removed are still there, wholly or in part: they count as kept.
  std::vector<std::string> remaining;
};

// The result of two collections, one after the other.
Collection together(Collection first, Collection second);

// The cache must be locked exclusively (use_lock.h). Resumes on the reactor. Throws Kind::failure.
coro::Task<Collection> collect(Places places, coro::Pool& pool, CollectOptions options);

}  // namespace eka::store
