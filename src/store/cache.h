// The cache on disk, shared by every eka process of a user.
//
//   git/                one bare repository; atoms are kept by refs (name/refs.h)
//   git/incoming/…      quarantines: packs that are still arriving, one directory per intake
//   trees/<tree id>/    materialized trees, complete or absent
//   working/<sha256>    states of the files of a working tree, by SHA-256 of its path
//   sources/<sha256>    single downloaded files, by SHA-256
//   eka.db              SQLite: tree id -> NAR hash, evaluation digest -> derivation, facts about hosts
//   lock                held shared by every running eka, exclusively to remove content (use_lock.h)
//
// Crash-only: no lock is held across network use, everything appears by rename, refs are written last, and an unusable
// part is a miss. The parts are described in their own headers. All are used on the reactor. They throw
// Error(Kind::integrity) for content that does not match its name and Error(Kind::failure) for disk errors.
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
#include "store/cache/cached_working_trees.h"
#include "store/fact/database.h"
#include "store/fact/listings.h"
#include "store/fact/uses.h"
#include "store/fact/vouched.h"

namespace eka::store {

class Cache {
 public:
  // `root` must be a directory whose content only this user can have written (cache_owner.h). Creates missing
  // directories with access for this user only, removes quarantines whose owner is dead, and holds the cache's lock in
  // shared mode for the lifetime of this object; waits a limited time if the cache is being collected. `pool` and
  // `clock` must outlive the cache. The program must hold a git::Libgit2 that outlives the pool, or libgit2 leaks its
  // per-thread state.
  static coro::Task<std::unique_ptr<Cache>> open(std::filesystem::path root, coro::Pool& pool,
                                                 coro::Clock& clock = coro::Clock::system());
  ~Cache();
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  CachedObjects& objects();
  CachedNames& names();
  CachedSources& sources();
  CachedTrees& trees();
  CachedWorkingTrees& working_trees();
  // Which revision each version is, according to remotes.
  Vouched& vouched();
  // Since when versions are listed by remotes.
  Listings& listings();
  // Facts remembered between runs. Losing them costs only time. The writer of a fact defines its meaning.
  Database& facts();
  // Records what this run used, so that `eka cache gc` keeps it.
  Uses& uses();

  const std::filesystem::path& root() const;
  // A problem with the cache that is not an error, as text for the user; empty if there is none.
  std::string warning() const;
  // Why the cache is read-only (write_access.h); empty if it is writable. In a read-only cache nothing is remembered
  // beyond the run, and operations that must write, such as every intake, throw what check_writable() throws.
  const std::string& obstacle() const;
  void check_writable() const;

  // Call it at the end of a run. Merges accumulated packs if this run added to them (merge.h). Bounded in time. Never
  // fails: packs that are not merged now are merged later. Returns why merging failed, as text for the user, or an
  // empty string.
  coro::Task<std::string> tidy();
  // Call it last: remembers what this run used and closes the database, on the pool. The destructor does the same, but
  // blocks the reactor until the disk has it. Nothing is remembered afterwards.
  coro::Task<> close();

 private:
  struct Contents;
  explicit Cache(std::unique_ptr<Contents> contents);
  std::unique_ptr<Contents> contents_;
};

}  // namespace eka::store
