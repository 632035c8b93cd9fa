// What `eka prefetch` and `eka prefetch --check` print, as described by docs/prefetch.schema.json.
#pragma once

#include <chrono>
#include <vector>

#include "atom/json/json.h"
#include "cli/output/print.h"
#include "engine/prefetch/missing.h"
#include "engine/prefetch/prefetch.h"

namespace eka::cli {

using MissingReport = std::vector<Result<engine::Missing>>;

// `spent`: the wall time of the run.
atom::Json prefetch_document(const engine::PrefetchRequest& request, const engine::PrefetchReport& report,
                             std::chrono::milliseconds spent);
atom::Json missing_document(const engine::PrefetchRequest& request, const MissingReport& report);

// One line for each atom and source that is missing, once each.
Text missing_text(const MissingReport& report);

// "3 atoms and 1 source of 2 closures are missing"; empty if nothing is.
std::string missing_summary(const MissingReport& report);

}  // namespace eka::cli
