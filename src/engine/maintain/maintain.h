// Operations of `eka cache` on a whole cache: count, verify, clean up.
//
// Each function is called on the reactor, works on the pool, and holds the lock of the cache meanwhile; it waits for
// the lock up to `wait`. Returns nothing if there is no cache. Throws Kind::failure if the lock cannot be acquired, the
// cache belongs to another user, or write access is needed but not permitted.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

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
struct CleanOptions {
  std::chrono::seconds older_than{};        // since the last use
  std::optional<std::uint64_t> most_bytes;  // if more remain, what was used longer ago goes first
  std::vector<std::string> keep_locks;      // contents of lock files: what they name is kept
};
// Requires the exclusive lock.
coro::Task<std::optional<store::Collection>> clean_cache(CacheAt cache, CleanOptions options, coro::Clock& clock);
// Removes everything; returns how many bytes that were. Requires the exclusive lock.
coro::Task<std::uint64_t> clear_cache(CacheAt cache);

}  // namespace eka::engine
