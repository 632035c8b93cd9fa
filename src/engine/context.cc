#include "engine/context/context.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/closure/manifests.h"
#include "engine/context/remotes.h"
#include "engine/fetch/cache_delivery.h"
#include "engine/fetch/fetcher.h"
#include "engine/fetch/release_dates.h"
#include "engine/fetch/sources.h"
#include "engine/locate/sets.h"
#include "engine/workspace/local_atoms.h"
#include "eval/nix_evaluator.h"
#include "git/remote/connector.h"

namespace eka::engine {
namespace {

// Shorter ones are frequent and not worth a line.
constexpr std::chrono::seconds notable_wait{2};

void report(Observer& observer, const net::HostRests::Wait& wait) {
  const double seconds = static_cast<double>(wait.length.count()) / 1000;
  const std::string what = fmt::format("{} (busy: HTTP status {}, {} {:.{}f} s)", wait.host, wait.status,
                                       wait.requested ? "it requests" : "next attempt after", seconds,
                                       wait.length.count() % 1000 == 0 ? 0 : 1);
  if (wait.ended) return observer.ended(Stage::wait, what);
  observer.began(Stage::wait, what);
  const std::string text = "the server is busy, all requests to it wait: " + wait.text();
  if (wait.length >= notable_wait) {
    observer.note(text);
  } else {
    observer.detail(text);
  }
}

// The user's git configuration, in the current directory: a repository there has its own.
git::UserConfig current_configuration() {
  std::error_code gone;
  const auto here = std::filesystem::current_path(gone);
  return gone ? git::UserConfig::load() : git::UserConfig::load_at(here);
}

}  // namespace

Context::Context(const Settings& the_settings, Observer& the_observer, Outside outside)
    : settings(the_settings),
      observer(the_observer),
      pool(outside.pool),
      clock(outside.clock),
      cache(std::move(outside.cache)),
      connector(std::move(outside.connector)),
      evaluator(std::move(outside.evaluator)),
      make_evaluator(std::move(outside.make_evaluator)),
      remotes_(std::make_unique<Remotes>(*this)),
      delivery_(std::make_unique<CacheDelivery>(*this, *remotes_)),
      fetcher_(std::make_unique<Fetcher>(*delivery_, observer)),
      sources_(std::make_unique<Sources>(*this, *remotes_)),
      sets_(std::make_unique<Sets>(*this, *remotes_)),
      release_dates_(std::make_unique<ReleaseDates>(*this, *remotes_)),
      local_atoms_(std::make_unique<LocalAtoms>(*this)),
      manifests_(std::make_unique<Manifests>(*this)),
      shared(std::move(outside.shared)) {}

Context::~Context() = default;

coro::Task<std::unique_ptr<Context>> Context::open(coro::Runtime& runtime, const Settings& settings,
                                                   Observer& observer) {
  auto& clock = coro::Clock::system();
  auto cache = co_await store::Cache::open(settings.cache_root, runtime.pool(), clock);
  if (!cache->warning().empty()) observer.note(cache->warning());
  if (!cache->obstacle().empty()) {
    observer.detail("the cache is read-only (" + cache->obstacle() + "): results of this run are not cached");
  }
  auto config = co_await coro::offload(runtime.pool(), current_configuration);
  const git::Connector::Tell tell = [&observer](std::string_view text) { observer.detail(text); };
  const net::TellRetry tell_retry = [&observer](std::string_view text, net::Repeat why) {
    if (why == net::Repeat::no) return observer.retrying(text);
    observer.detail("retrying " + std::string(text));
  };
  const git::Connector::TellWait tell_wait = [&observer](const net::HostRests::Wait& wait) { report(observer, wait); };
  std::unique_ptr<store::RemoteCache> shared;
  if (settings.shared.url && !settings.offline) {
    store::RemoteCache::Tell tell_user;
    tell_user.note = [&observer](std::string_view text) { observer.note(text); };
    tell_user.detail = tell;
    shared = std::make_unique<store::RemoteCache>(runtime.reactor(), runtime.pool(), clock, *settings.shared.url,
                                                  config, std::move(tell_user));
  }
  auto connector = std::make_unique<git::Connector>(runtime.reactor(), runtime.pool(), cache->facts(),
                                                    settings.timeouts, std::move(config), tell, tell_wait, tell_retry);
  MakeEvaluator make_evaluator = [&pool = runtime.pool(), sandbox = settings.sandbox](store::Cache& its_cache) {
    return std::make_unique<eval::NixEvaluator>(its_cache.root(), pool, "/dev/shm", sandbox);
  };
  auto evaluator = make_evaluator(*cache);
  Outside outside{
      runtime.pool(),   clock, std::move(cache), std::move(connector), std::move(evaluator), std::move(make_evaluator),
      std::move(shared)};
  co_return std::make_unique<Context>(settings, observer, std::move(outside));
}

}  // namespace eka::engine
