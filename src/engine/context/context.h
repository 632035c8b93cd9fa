// State shared by all steps of a run: settings, external resources (cache, remotes, evaluator, clock, threads), and
// intermediate state (open remotes, the fetcher, offers of sets).
//
// The engine accesses the outside only through the interfaces held here, so that tests can replace them. Fully
// constructed, used on the reactor, passed by reference.
#pragma once

#include <functional>
#include <memory>

#include "coro/run/pool.h"
#include "coro/run/runtime.h"
#include "coro/task/clock.h"
#include "engine/context/observer.h"
#include "engine/context/settings.h"
#include "eval/evaluator.h"
#include "git/remote/remote_factory.h"
#include "store/cache.h"
#include "store/remote/remote_cache.h"

namespace eka::engine {

class Delivery;      // fetch/delivery.h
class Fetcher;       // fetch/fetcher.h
class LocalAtoms;    // workspace/local_atoms.h
class Manifests;     // closure/manifests.h
class ReleaseDates;  // fetch/release_dates.h
class Remotes;       // context/remotes.h
class Sets;          // locate/sets.h
class Sources;       // fetch/sources.h

class Context {
 public:
  // Makes an evaluator for a cache, which must outlive it.
  using MakeEvaluator = std::function<std::unique_ptr<eval::Evaluator>(store::Cache& cache)>;

  // Resources outside of the engine. `pool` and `clock` must outlive the context.
  struct Outside {
    coro::Pool& pool;
    coro::Clock& clock;
    std::unique_ptr<store::Cache> cache;
    std::unique_ptr<git::RemoteFactory> connector;
    std::unique_ptr<eval::Evaluator> evaluator;
    MakeEvaluator make_evaluator{};
    std::unique_ptr<store::RemoteCache> shared{};
  };

  // `the_settings` and `the_observer` must outlive the context.
  Context(const Settings& the_settings, Observer& the_observer, Outside outside);
  ~Context();

  // Opens the real resources. `runtime` must outlive the context, too. Called on the reactor. Throws if the cache
  // cannot be opened.
  static coro::Task<std::unique_ptr<Context>> open(coro::Runtime& runtime, const Settings& settings,
                                                   Observer& observer);

  const Settings& settings;
  Observer& observer;
  coro::Pool& pool;
  coro::Clock& clock;
  const std::unique_ptr<store::Cache> cache;
  const std::unique_ptr<git::RemoteFactory> connector;
  const std::unique_ptr<eval::Evaluator> evaluator;
  const MakeEvaluator make_evaluator;  // for a second context, with another cache (publish/preview.h)

  Remotes& remotes() { return *remotes_; }
  Fetcher& fetcher() { return *fetcher_; }
  Sources& sources() { return *sources_; }
  Sets& sets() { return *sets_; }
  ReleaseDates& release_dates() { return *release_dates_; }
  LocalAtoms& local_atoms() { return *local_atoms_; }
  Manifests& manifests() { return *manifests_; }

 private:
  std::unique_ptr<Remotes> remotes_;
  std::unique_ptr<Delivery> delivery_;
  std::unique_ptr<Fetcher> fetcher_;
  std::unique_ptr<Sources> sources_;
  std::unique_ptr<Sets> sets_;
  std::unique_ptr<ReleaseDates> release_dates_;
  std::unique_ptr<LocalAtoms> local_atoms_;
  std::unique_ptr<Manifests> manifests_;

 public:
  // With other machines; null if there is none, or if the run is offline.
  const std::unique_ptr<store::RemoteCache> shared;
};

}  // namespace eka::engine
