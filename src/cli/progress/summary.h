// The last line of a run: what it did, how long it took and what it received.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/context/remotes.h"
#include "engine/plan.h"
#include "engine/prefetch/prefetch.h"

namespace eka::cli {

// "planned 12 atoms (3 evaluated, 9 remembered) from 4 remotes in 1.2 s, 340 kB". An atom that several items name is
// counted once. Pure.
std::string plan_summary(const engine::PlanReport& report, std::chrono::milliseconds elapsed);

// "built 3 atoms in 12 s". `failed`: the items without a result.
std::string build_summary(const engine::PlanReport& report, std::size_t failed, std::chrono::milliseconds elapsed);

// "cached 63 atoms of 60 closures from 4 remotes in 12 s, 2.1 MB". An atom in several closures is counted once.
std::string prefetch_summary(const engine::PrefetchReport& report, std::chrono::milliseconds elapsed);

}  // namespace eka::cli
