#include "engine/maintain/maintain.h"

#include <utility>

#include "store/disk/cache_owner.h"
#include "store/disk/disk.h"
#include "store/disk/use_lock.h"
#include "store/disk/write_access.h"

namespace eka::engine {
namespace {

using store::UseLock;

struct Held {
  store::Places places;
  UseLock lock;
};

coro::Task<std::optional<Held>> hold(CacheAt cache, UseLock::Mode mode) {
  const auto places = co_await coro::offload(cache.pool, [&]() -> std::optional<store::Places> {
    store::Places found(store::trusted_cache_root(cache.root));
    if (!std::filesystem::exists(found.git())) return std::nullopt;
    if (mode == UseLock::Mode::exclusive) store::WriteAccess::to(found).check();
    return found;
  });
  if (!places) co_return std::nullopt;
  auto lock = co_await UseLock::take(cache.pool, places->root, mode, cache.wait);
  co_return Held{*places, std::move(lock)};
}

}  // namespace

coro::Task<std::optional<store::Stock>> count_cache(CacheAt cache) {
  const auto held = co_await hold(cache, UseLock::Mode::shared);
  if (!held) co_return std::nullopt;
  co_return co_await coro::offload(cache.pool, [&](coro::Stop stop) { return store::take_stock(held->places, stop); });
}

coro::Task<std::optional<store::Audit>> verify_cache(CacheAt cache, store::Repair repair) {
  const auto mode = repair == store::Repair::yes ? UseLock::Mode::exclusive : UseLock::Mode::shared;
  const auto held = co_await hold(cache, mode);
  if (!held) co_return std::nullopt;
  co_return co_await coro::offload(cache.pool,
                                   [&](coro::Stop stop) { return store::audit(held->places, repair, stop); });
}

coro::Task<std::optional<store::Collection>> clean_cache(CacheAt cache, CleanOptions clean, coro::Clock& clock) {
  const auto held = co_await hold(cache, UseLock::Mode::exclusive);
  if (!held) co_return std::nullopt;
  store::CollectOptions options;
  options.older_than = clean.older_than;
  options.keep_locks = std::move(clean.keep_locks);
  options.now = clock.date();
  auto done = co_await store::collect(held->places, cache.pool, options);
  // Uses are known to the second, but most of a cache is used in few runs: half the age is precise enough.
  while (clean.most_bytes && done.bytes_after > *clean.most_bytes && options.older_than.count() > 0) {
    options.older_than /= 2;
    auto more = co_await store::collect(held->places, cache.pool, options);
    done = store::together(done, std::move(more));
  }
  co_return done;
}

coro::Task<std::uint64_t> clear_cache(CacheAt cache) {
  const auto held = co_await hold(cache, UseLock::Mode::exclusive);
  if (!held) co_return 0;
  co_return co_await coro::offload(cache.pool, [&](coro::Stop stop) {
    const auto& places = held->places;
    const auto before = store::take_stock(places, stop).bytes;
    // First, what says that others are there: a run that is killed in between leaves nothing that is not true.
    store::remove_tree(places.database());
    for (const auto& entry : std::filesystem::directory_iterator(places.root)) {
      if (entry.path() != places.lock()) store::remove_tree(entry.path());
    }
    return before - store::take_stock(places, stop).bytes;
  });
}

}  // namespace eka::engine
