// Operations of `eka cache` on a whole cache: count, verify, clean up.
//
// Each function is called on the reactor, works on the pool, and holds the lock of the cache meanwhile; it waits for
// the lock up to `wait`. Returns nothing if there is no cache. Throws Kind::failure if the lock cannot be acquired, the
// cache belongs to another user, or write access is needed but not permitted.
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
  coro::Pool& pool;  // must outlive the call
};

coro::Task<std::optional<store::Stock>> count_cache(CacheAt cache);
// Repairing requires the exclusive lock.
coro::Task<std::optional<store::Audit>> verify_cache(CacheAt cache, store::Repair repair);
// Requires the exclusive lock.
coro::Task<std::optional<store::Collection>> clean_cache(CacheAt cache, std::chrono::seconds older_than,
                                                         coro::Clock& clock);

}  // namespace eka::engine
