// What `eka cache` does to a cache as a whole: count, verify, clean up.
//
// Each function is called on the reactor, works on the pool, and holds the lock of the cache meanwhile; it waits for
// the lock up to `wait`. Nothing where there is no cache. Throws Kind::failure when the lock cannot be had, the cache
// belongs to somebody else, or it may not be written though it has to be.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "coro/run/pool.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "store/maintenance/audit.h"
#include "store/maintenance/collect.h"
#include "store/maintenance/stock.h"

namespace eka::engine {

struct CacheAt {
  std::filesystem::path root;
  std::chrono::seconds wait;
  coro::Pool& pool;  // outlives the call
};

coro::Task<std::optional<store::Stock>> count_cache(CacheAt cache);
// Repairing needs the cache for itself.
coro::Task<std::optional<store::Audit>> verify_cache(CacheAt cache, store::Repair repair);
// So does this.
coro::Task<std::optional<store::Collection>> clean_cache(CacheAt cache, std::chrono::seconds older_than,
                                                         coro::Clock& clock);

}  // namespace eka::engine
