// A recording in Chrome's trace-event format, for chrome://tracing, Perfetto and other programs that read it.
#pragma once

#include "atom/json/json.h"
#include "cli/timings/recording.h"

namespace eka::cli {

// {"traceEvents": […]}: a complete event for each span on a track of its remote or atom, an instant event for each
// retry, a counter of received bytes, and the names of tracks. Times are microseconds since the start of the run. Pure.
atom::Json trace_json(const Recording& recording);

}  // namespace eka::cli
