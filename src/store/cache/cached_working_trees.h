// Working trees as trees of the cache.
//
// What was read before is recorded in working/<SHA-256 of the directory's path> (working/file_states.h), so that only
// changed files are read. That the cache has all objects of the last tree is a fact; it holds during the boot in which
// they were written, for they are not synced one by one.
#pragma once

#include <filesystem>
#include <string>

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "store/cache/cached_objects.h"
#include "store/cache/cached_trees.h"
#include "store/disk/places.h"
#include "store/fact/database.h"
#include "store/fact/uses.h"
#include "store/object/repository.h"

namespace eka::store {

class FileStates;     // working/file_states.h
enum class Recorded;  // working/snapshot.h
struct Snapshot;
struct SnapshotPlaces;

class CachedWorkingTrees {
 public:
  // All arguments must outlive it. `boot` as in Trees.
  CachedWorkingTrees(Places places, Repository& repository, CachedObjects& objects, CachedTrees& trees,
                     Database& database, Uses& uses, coro::Pool& pool, const std::string& boot)
      : places_(std::move(places)),
        repository_(repository),
        objects_(objects),
        trees_(trees),
        database_(database),
        uses_(uses),
        pool_(pool),
        boot_(boot) {}

  // Writes every missing object of the directory, which is in a working tree, and returns its tree. Does not write
  // refs. Throws as take_snapshot().
  coro::Task<atom::ObjectId> take(std::filesystem::path directory);
  // Writes every missing object of a tree that another repository on this machine has; `objects` is its directory of
  // objects. Does not write refs. Throws as copy_tree().
  coro::Task<> copy(std::filesystem::path objects, atom::ObjectId tree);
  // Call it when a ref keeps the tree: the next take() need not look for its objects.
  void keep(const atom::ObjectId& tree);

 private:
  coro::Task<Snapshot> write(const std::filesystem::path* directory, const SnapshotPlaces* places, FileStates states,
                             Recorded recorded);
  bool has_all(const FileStates& states);

  Places places_;
  Repository& repository_;
  CachedObjects& objects_;
  CachedTrees& trees_;
  Database& database_;
  Uses& uses_;
  coro::Pool& pool_;
  const std::string& boot_;
};

}  // namespace eka::store
