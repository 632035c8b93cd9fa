// Closures that may share an evaluator, dealt out over several.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/plan/materialize.h"

namespace eka::engine {

// At most `processes` batches of indices into `closures`, in rising order. What a batch costs is estimated by the atoms
// it has to evaluate, those that several of its closures share counted once: the heaviest closures are dealt first,
// each to the batch that is lightest with it. No more batches than are worth the start of a process. Pure.
std::vector<std::vector<std::size_t>> batches(const std::vector<const Materialized*>& closures, std::size_t processes);

}  // namespace eka::engine
