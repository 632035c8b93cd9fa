// Trees of the cache as directories on disk, and their NAR hashes.
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
  // All must outlive it.
  CachedTrees(Trees& trees, Repository& repository, CachedObjects& objects, Database& database, Uses& uses,
              coro::Pool& pool)
      : trees_(trees), repository_(repository), objects_(objects), database_(database), uses_(uses), pool_(pool) {}

  // The directory that holds the tree, written if need be. Complete or absent, also after a power cut: a directory that
  // was not written or checked since the machine was started is compared with the objects first, and files are never
  // synced one by one.
  coro::Task<std::filesystem::path> materialize(atom::ObjectId tree);
  // SHA-256 of the NAR of the tree, from the objects alone; remembered.
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
