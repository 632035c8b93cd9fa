// Trees of the cache as directories, and their NAR hashes.
#pragma once

#include <filesystem>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "atom/hash/nar_hash.h"
#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "coro/task/limiter.h"
#include "coro/task/single_flight.h"
#include "coro/task/task.h"
#include "store/cache/cached_objects.h"
#include "store/fact/database.h"
#include "store/fact/uses.h"
#include "store/object/repository.h"

namespace eka::store {

class Trees;  // tree/trees.h

// A tree as a directory, and the SHA-256 of its NAR.
struct ProvidedTree {
  std::filesystem::path directory;
  atom::NarHash hash;
};

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
  // Both. If neither is there, each object is read once for both. Callers of one tree share the work, and its result is
  // kept: many closures of a run contain the same trees.
  coro::Task<ProvidedTree> provide(atom::ObjectId tree);
  // `tree` resembles `others`, some of which may be directories already: files that are the same are shared with one of
  // them. Also says that the tree has passed a Surveyor.
  void resembles(const atom::ObjectId& tree, std::vector<atom::ObjectId> others);

 private:
  bool is_known(const atom::ObjectId& tree);
  std::optional<atom::NarHash> known_hash(const atom::ObjectId& tree);
  void remember(const atom::ObjectId& tree, const atom::NarHash& hash);
  // Writes the directory unless it is there; `hashes`: if it is written, remembers its hash.
  coro::Task<std::filesystem::path> write(atom::ObjectId tree, bool hashes);
  coro::Task<std::filesystem::path> write_anew(atom::ObjectId tree, bool hashes);
  coro::Task<ProvidedTree> provide_now(atom::ObjectId tree);

  Trees& trees_;
  Repository& repository_;
  CachedObjects& objects_;
  Database& database_;
  Uses& uses_;
  coro::Pool& pool_;
  std::unordered_map<atom::ObjectId, std::vector<atom::ObjectId>> resembling_;
  std::unordered_set<atom::ObjectId> surveyed_;  // by this process
  std::unordered_map<atom::ObjectId, ProvidedTree> provided_;
  coro::Limiter readings_{16};  // trees that are read at the same time: each holds descriptors and memory
  coro::SingleFlight<atom::ObjectId, ProvidedTree> providing_;
};

}  // namespace eka::store
