#include "store/cache.h"

#include <chrono>
#include <utility>

#include "base/text.h"
#include "store/disk/cache_owner.h"
#include "store/disk/disk.h"
#include "store/disk/places.h"
#include "store/disk/use_lock.h"
#include "store/disk/write_access.h"
#include "store/maintenance/merge.h"
#include "store/name/refs.h"
#include "store/object/repository.h"
#include "store/tree/trees.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// `eka cache gc` may be running.
constexpr std::chrono::seconds wait_for_collectors{60};

}  // namespace

struct Cache::Contents {
  Contents(const Places& places, WriteAccess may_write, UseLock lock, coro::Pool& the_pool, coro::Clock& the_clock)
      : root(places.root),
        access(std::move(may_write)),
        in_use(std::move(lock)),
        pool(the_pool),
        clock(the_clock),
        repository(places.git(), places.trees_incoming(), access),
        refs(places.git(), access),
        directories(places.trees(), repository, access),
        database(places.database(), the_pool),
        uses(database, the_clock),
        vouched(database),
        listings(database),
        objects(repository, database, uses, access, the_pool, the_clock),
        names(refs, objects, database, access, the_pool, directories.boot()),
        sources(root / "sources", repository, refs, objects, uses, access, the_pool),
        trees(directories, repository, objects, database, uses, the_pool),
        working_trees(places, repository, objects, trees, database, uses, the_pool, directories.boot()) {}

  fs::path root;
  WriteAccess access;
  UseLock in_use;
  coro::Pool& pool;
  coro::Clock& clock;
  // Used on the pool; thread-safe.
  Repository repository;
  Refs refs;
  Trees directories;
  // Used on the reactor only.
  Database database;
  Uses uses;
  Vouched vouched;
  Listings listings;
  CachedObjects objects;
  CachedNames names;
  CachedSources sources;
  CachedTrees trees;
  CachedWorkingTrees working_trees;
};

Cache::Cache(std::unique_ptr<Contents> contents) : contents_(std::move(contents)) {}
Cache::~Cache() = default;

coro::Task<std::unique_ptr<Cache>> Cache::open(fs::path root, coro::Pool& pool, coro::Clock& clock) {
  const std::string where = "cannot use the cache at " + printable(root.native());
  const std::string hint = "choose another directory with cache.root or EKA_CACHE_ROOT";
  WriteAccess access;
  co_await coro::offload(pool, [&] {
    try {
      root = trusted_cache_root(root);
      access = WriteAccess::to(Places(root));
      if (!access.is_granted()) return;
      root = make_cache_root(root);
      make_directories(Trees::incoming(root / "trees"));
      make_directories(Places(root).working());
    } catch (const fs::filesystem_error& error) {
      throw Error(Kind::failure, where + ": " + error.code().message()).with_hint(hint);
    } catch (const Error& error) {
      if (!error.hint().empty()) throw;
      throw Error(error.kind(), where + ": " + error.message()).with_hint(hint);
    }
  });
  UseLock lock = co_await UseLock::take(pool, root, UseLock::Mode::shared, wait_for_collectors, clock);
  auto contents = co_await coro::offload(pool, [&] {
    try {
      return std::make_unique<Contents>(Places(root), std::move(access), std::move(lock), pool, clock);
    } catch (const fs::filesystem_error& error) {
      throw Error(Kind::failure, where + ": " + error.code().message()).with_hint(hint);
    } catch (Error& error) {
      throw std::move(error).within(where).with_hint(hint);
    }
  });
  co_return std::unique_ptr<Cache>(new Cache(std::move(contents)));
}

CachedObjects& Cache::objects() {
  return contents_->objects;
}

CachedNames& Cache::names() {
  return contents_->names;
}

CachedSources& Cache::sources() {
  return contents_->sources;
}

CachedTrees& Cache::trees() {
  return contents_->trees;
}

CachedWorkingTrees& Cache::working_trees() {
  return contents_->working_trees;
}

Listings& Cache::listings() {
  return contents_->listings;
}

Vouched& Cache::vouched() {
  return contents_->vouched;
}

Database& Cache::facts() {
  return contents_->database;
}

Uses& Cache::uses() {
  return contents_->uses;
}

const fs::path& Cache::root() const {
  return contents_->root;
}

std::string Cache::warning() const {
  return contents_->database.warning();
}

const std::string& Cache::obstacle() const {
  return contents_->access.obstacle();
}

void Cache::check_writable() const {
  contents_->access.check();
}

coro::Task<std::string> Cache::tidy() {
  Contents& contents = *contents_;
  if (!contents.objects.take_growth()) co_return std::string();
  std::string trouble;
  try {
    co_await merge_packs(Places(contents.root), contents.pool, MergePolicy(), contents.clock);
  } catch (const Error& error) {
    trouble = "merging packs of the cache failed: " + error.message();
  }
  co_return trouble;
}

coro::Task<> Cache::close() {
  co_await coro::offload(contents_->pool, [&] {
    contents_->uses.write();
    contents_->database.close();
  });
}

}  // namespace eka::store
