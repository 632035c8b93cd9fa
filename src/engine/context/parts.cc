#include "engine/context/parts.h"

namespace eka::engine {

coro::Task<std::unique_ptr<Parts>> Parts::build(coro::Runtime& runtime, const Settings& settings, Observer& observer) {
  auto cache = co_await store::Cache::open(settings.cache_root, runtime.pool());
  if (!cache->warning().empty()) observer.note(cache->warning());
  if (!cache->obstacle().empty()) {
    observer.detail("the cache may only be read (" + cache->obstacle() + "): nothing of this run is remembered");
  }
  auto config = co_await coro::offload(runtime.pool(), [] { return git::UserConfig::load(); });
  const git::Connector::Tell tell = [&observer](std::string_view text) { observer.detail(text); };
  auto connector = std::make_unique<git::Connector>(runtime.reactor(), runtime.pool(), cache->hosts(),
                                                    settings.patience, std::move(config), tell);
  co_return std::unique_ptr<Parts>(
      new Parts{settings, observer, runtime.pool(), std::move(cache), std::move(connector), nullptr});
}

coro::Task<> Parts::need_evaluator() {
  if (evaluator_) co_return;
  const auto scratch = settings.cache_root / "scratch";
  auto installation = co_await coro::offload(pool, [&] { return eval::Installation::locate(scratch); });
  evaluator_ = std::make_unique<eval::Evaluator>(std::move(installation), scratch, pool);
}

}  // namespace eka::engine
