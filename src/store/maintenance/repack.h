// Combines the objects of several packs in one pack.
//
// Runs `git pack-objects` as a child process, because it reuses deltas and compressed data, unlike libgit2's
// packbuilder. It works in a quarantine. Its result is compared with the requested objects, synced and renamed, and
// only then are the old packs removed. A reader that finds an old pack missing rescans the packs, as git and libgit2 do
// on a miss, and finds the new one. If it is killed, the old packs or both remain; the quarantine is removed by the
// next sweep.
#pragma once

#include <vector>

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "store/disk/places.h"
#include "store/pack/packs.h"

namespace eka::store {

// Makes one pack of `ids`, which must be sorted and unique, and then removes `victims`; with empty `ids` it only
// removes. Returns the victims that could not be removed. Resumes on the reactor. Throws Kind::failure if git cannot be
// run or fails; nothing has changed then.
coro::Task<std::vector<PackFile>> repack(Places places, coro::Pool& pool, std::vector<atom::ObjectId> ids,
                                         std::vector<PackFile> victims);

}  // namespace eka::store
