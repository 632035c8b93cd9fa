// eka cache export|import|key|clear: caches that are carried from one machine to another.
#pragma once

#include "cli/command/command.h"

namespace eka::cli {

// Adds the subcommands to `cache`.
void add_cache_travel(CLI::App& cache, Action& action);

}  // namespace eka::cli
