// Distributes closures that may share an evaluator over several processes.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/plan/materialize.h"

namespace eka::engine {

// At most `processes` batches of indices into `closures`, in ascending order. The cost of a batch is estimated as its
// number of distinct atoms: the heaviest closures are assigned first, each to the batch that is then the lightest.
// Returns no more batches than are worth starting a process. Pure.
std::vector<std::vector<std::size_t>> batches(const std::vector<const Materialized*>& closures, std::size_t processes);

}  // namespace eka::engine
