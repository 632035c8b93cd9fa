// The cache on disk, shared by every eka process of a user.
//
//   git/                one bare repository; atoms are kept by refs (name/refs.h)
//   git/incoming/…      quarantines: packs that are still arriving, one directory per intake
//   trees/<tree id>/    materialized trees, complete or absent
//   sources/<sha256>    single files from elsewhere, by their content
//   eka.db              SQLite: tree id -> NAR hash, evaluation digest -> derivation, facts of hosts
//   lock                held shared by every eka that runs, exclusively by what removes things (use_lock.h)
//
// It is crash-only: no lock is held across network use, everything appears by rename, refs are written last, and an
// unusable part is a miss. Its parts are described by their headers. All of them are used on the reactor, and throw
// Error(Kind::integrity) for content that is not what its name says, Kind::failure for the disk.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "coro/run/pool.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "store/cache/cached_names.h"
#include "store/cache/cached_objects.h"
#include "store/cache/cached_sources.h"
#include "store/cache/cached_trees.h"
#include "store/fact/database.h"
#include "store/fact/uses.h"
#include "store/fact/vouched.h"

namespace eka::store {

class Cache {
 public:
  // `root` must be a directory that only this user can have filled (cache_owner.h). Makes what is missing, for this
  // user alone, removes quarantines whose owner is dead, and marks the cache as in use as long as this object lives;
  // when it is being collected, waits for that a while. `pool` and `clock` must outlive the cache. A program holds a
  // git::Libgit2 that outlives the pool, or libgit2 leaks what it keeps for each thread.
  static coro::Task<std::unique_ptr<Cache>> open(std::filesystem::path root, coro::Pool& pool,
                                                 coro::Clock& clock = coro::Clock::system());
  ~Cache();
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  CachedObjects& objects();
  CachedNames& names();
  CachedSources& sources();
  CachedTrees& trees();
  // Which revision a version is, as remotes said.
  Vouched& vouched();
  // What is remembered between runs. Losing it costs time only; what a fact means is known to who writes it.
  Database& facts();
  // What this run used, so that `eka cache gc` keeps it.
  Uses& uses();

  const std::filesystem::path& root() const;
  // What is wrong with the cache without being an error, for a person to read; empty when all is well.
  const std::string& warning() const;
  // Why the cache may only be read (write_access.h); empty when it may be written. Then nothing is remembered beyond
  // the run, and what has to write, as every intake has, throws what check_writable() throws.
  const std::string& obstacle() const;
  void check_writable() const;

  // At the end of a run: merges packs that have piled up, if this run added to them (merge.h). Bounded in time. Never
  // fails: what is not merged now is merged another time. Why it could not be done, for a person to read, or nothing.
  coro::Task<std::string> tidy();

 private:
  struct Contents;
  explicit Cache(std::unique_ptr<Contents> contents);
  std::unique_ptr<Contents> contents_;
};

}  // namespace eka::store
