// The parts of an engine, built in one place and handed to whoever needs them.
#pragma once

#include <memory>

#include "coro/run/runtime.h"
#include "engine/context/observer.h"
#include "engine/context/settings.h"
#include "eval/nix/evaluator.h"
#include "git/remote/connector.h"
#include "store/cache.h"

namespace eka::engine {

struct Parts {
  const Settings& settings;
  Observer& observer;
  coro::Pool& pool;
  std::unique_ptr<store::Cache> cache;
  std::unique_ptr<git::Connector> connector;

  // Only what evaluates needs Nix and bubblewrap to be there: it says so first. Throws Kind::usage with what to
  // install.
  coro::Task<> need_evaluator();
  eval::Evaluator& evaluator() { return *evaluator_; }

  // `settings`, `observer` and `runtime` must outlive the parts. Called on the reactor.
  static coro::Task<std::unique_ptr<Parts>> build(coro::Runtime& runtime, const Settings& settings, Observer& observer);

  std::unique_ptr<eval::Evaluator> evaluator_;
};

}  // namespace eka::engine
