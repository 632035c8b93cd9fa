// Indexes a pack with `git index-pack`, for packs on which libgit2's indexer would take too long.
//
// REF_DELTAs can come in any order. libgit2 goes over all that are unresolved after each newly resolved base, which
// takes quadratic time in the worst order; git sorts them by their bases first (decision 0080).
#pragma once

#include <filesystem>

#include "coro/task/task.h"

namespace eka::store {

// Writes <stem>.idx next to `pack`, which must be self-contained. Every object's id is computed, with git's SHA-1
// collision detection. Throws Error(Kind::integrity) for an invalid pack, Kind::failure for disk errors and if git is
// missing. Cancellation kills the child process.
coro::Task<> index_by_git(std::filesystem::path pack);

}  // namespace eka::store
