// Trees of the cache as directories, and their NAR hashes.
#pragma once

#include <filesystem>

#include "atom/hash/nar_hash.h"
#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "store/cache/cached_objects.h"
#include "store/fact/database.h"
#include "store/fact/uses.h"
#include "store/object/repository.h"
#include "store/tree/trees.h"

namespace eka::store {

class CachedTrees {
 public:
  // All arguments must outlive it.
  CachedTrees(Trees& trees, Repository& repository, CachedObjects& objects, Database& database, Uses& uses,
              coro::Pool& pool)
      : trees_(trees), repository_(repository), objects_(objects), database_(database), uses_(uses), pool_(pool) {}

  // The directory with the tree, written if needed. Complete or absent, even after a power loss: a directory that was
  // not written or checked since boot is first compared with the objects. Files are not synced individually.
  coro::Task<std::filesystem::path> materialize(atom::ObjectId tree);
  // The SHA-256 of the tree's NAR, computed from the objects; remembered.
  coro::Task<atom::NarHash> nar_hash(atom::ObjectId tree);

 private:
  Trees& trees_;
  Repository& repository_;
  CachedObjects& objects_;
  Database& database_;
  Uses& uses_;
  coro::Pool& pool_;
};

}  // namespace eka::store
