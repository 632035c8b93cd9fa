#include "engine/maintain/maintain.h"

#include "store/disk/cache_owner.h"
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

coro::Task<std::optional<store::Collection>> clean_cache(CacheAt cache, std::chrono::seconds older_than,
                                                         coro::Clock& clock) {
  const auto held = co_await hold(cache, UseLock::Mode::exclusive);
  if (!held) co_return std::nullopt;
  store::CollectOptions options;
  options.older_than = older_than;
  options.now = clock.date();
  co_return co_await store::collect(held->places, cache.pool, options);
}

}  // namespace eka::engine
