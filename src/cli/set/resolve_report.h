// The report of commands that write lock files.
#pragma once

#include "cli/command/command.h"
#include "engine/resolve/resolve.h"

namespace eka::cli {

// The entry of one lock.
atom::Json lock_json(const engine::ResolvedAtom& atom);

// Prints what changed, or the JSON document, and the errors. `written` says what was done to a lock that changed.
// Returns the exit code.
int tell_resolved(const Common& common, const engine::ResolveReport& report, bool json, const char* written);

}  // namespace eka::cli
