// Remembered evaluations: a derivation by the key of everything that decided it (evaluation_key.h). Change any of that
// and the key is another: a wrong hit cannot happen. A hit counts only while its derivation is still valid in the
// store, and roots keep Nix's collector from it.
//
// Any number of processes may use it at once: the database takes one value per key, and equal keys have equal values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/fetch/closure.h"
#include "eval/evaluator.h"

namespace eka::engine {

struct Recalled {
  std::string drv_path;
  std::vector<eval::Output> outputs;
};

// As far as the lock alone says it: nothing where only the closure does, which is to be brought first.
std::optional<std::string> evaluation_digest(Context& context, const ReadAtom& root);
std::string evaluation_digest(Context& context, const ReadAtom& root, const Closure& closure);

// In the order of `digests`; nothing where there is no such evaluation, or its derivation is gone.
coro::Task<std::vector<std::optional<Recalled>>> recall(Context& context, std::vector<std::string> digests);
void remember(Context& context, const std::string& digest, const Recalled& evaluation);

// Keeps Nix's collector from `paths`, which may be valid already or later; unless the settings say not to. That it
// cannot be done is a note, no failure.
coro::Task<> keep(Context& context, std::vector<std::string> paths);

}  // namespace eka::engine
