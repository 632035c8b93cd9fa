// The page of `--timings`: a timeline of a run by remote and atom, its critical path, load over time, what was slow,
// and how fast it could have been.
#pragma once

#include <string>

#include "cli/timings/recording.h"

namespace eka::cli {

// HTML. Pure.
std::string timings_page(const Recording& recording);

}  // namespace eka::cli
