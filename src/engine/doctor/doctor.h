// Examines this machine: what eka needs, what is missing or forbidden, and the command that mends it.
#pragma once

#include <filesystem>

#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "engine/doctor/finding.h"

namespace eka::engine {

// All checks, of this machine and of the cache at `cache_root`. Called on the reactor; works on the pool. Starts
// programs with --version and an empty sandbox; changes nothing and asks no remote. Throws Cancelled only.
coro::Task<Findings> examine(coro::Pool& pool, std::filesystem::path cache_root);

// Whether any of the findings is broken.
bool is_broken(const Findings& findings);

}  // namespace eka::engine
