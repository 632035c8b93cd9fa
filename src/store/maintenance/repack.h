// Objects of several packs, put into one.
//
// `git pack-objects` does it, as a child: it takes over deltas and compressed bytes as they are, which libgit2's
// packbuilder does not. It works in a quarantine of ours. What it made is compared with what was asked for, synced and
// renamed in, and only then are the old packs removed. A reader that is about to read one of those finds that it is
// gone, looks for packs again, as git and libgit2 do on a miss, and finds the new one. Killed at any point, it leaves
// the old packs or both; the quarantine is swept by the next run.
#pragma once

#include <vector>

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "store/disk/places.h"
#include "store/pack/packs.h"

namespace eka::store {

// Makes one pack of `ids`, which are sorted, each once, and then removes `victims`; without ids it only removes.
// Resumes on the reactor. Throws Kind::failure when git cannot be run or fails: then nothing has changed.
coro::Task<> repack(Places places, coro::Pool& pool, std::vector<atom::ObjectId> ids, std::vector<PackFile> victims);

}  // namespace eka::store
