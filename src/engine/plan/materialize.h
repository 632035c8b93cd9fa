// The input of evaluation for a closure: trees on disk with their store paths, and the document for nix/plan.nix.
#pragma once

#include <string>
#include <vector>

#include "atom/json/json.h"
#include "engine/closure/closure.h"
#include "engine/context/context.h"
#include "eval/evaluator.h"

namespace eka::engine {

struct Materialized {
  std::string root;          // the key of the planned atom in `atoms`
  atom::Json::Object atoms;  // by key: equal keys in two closures mean equal values
  std::vector<eval::Source> sources;
};

// Materializes every tree and computes its store path, in parallel. Throws Kind::integrity for trees that cannot be
// written to disk.
coro::Task<Materialized> materialize(Context& context, const Closure& closure);

// Creates one document for several closures. Atoms that are equal in everything they see are merged and evaluated once.
eval::Evaluation join(const Settings& settings, const std::vector<const Materialized*>& closures);

// The configuration that atoms see, before their own package table is added (protocol §9).
atom::Json configuration(const Platforms& platforms);

}  // namespace eka::engine
