// The index of a pack, made by `git index-pack`, for packs that libgit2's indexer would take too long over.
//
// Deltas whose bases are named by id can come in any order. libgit2 goes over all that are left whenever it has come to
// know another base, which costs the square of their number in the worst order; git sorts them by their bases first
// (decision 0080).
#pragma once

#include <filesystem>

#include "coro/task/task.h"

namespace eka::store {

// Writes <stem>.idx beside `pack`, which must be complete in itself. Every object's id is computed, with git's
// detection of SHA-1 collisions. Throws Error(Kind::integrity) for what the pack holds, Kind::failure for the disk and
// where there is no git. Cancelling ends the child.
coro::Task<> index_by_git(std::filesystem::path pack);

}  // namespace eka::store
