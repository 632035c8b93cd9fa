// Small packs are merged as they pile up: a run leaves one pack for each remote, and fifty thousand of them would make
// every lookup slow.
//
// As `git repack --geometric` does: when there are more than `count`, the smallest are merged, as many as one must so
// that each pack that stays is larger than all smaller ones together. So an object is rewritten a logarithmic number of
// times. Large packs are left alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "coro/run/pool.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "store/disk/places.h"
#include "store/pack/packs.h"

namespace eka::store {

struct MergePolicy {
  std::size_t count = 50;                  // so many packs are fine
  std::uint64_t pack_bytes = 64ULL << 20;  // larger ones stay as they are
  std::uint64_t all_bytes = 512ULL << 20;  // that one merge may read
  std::chrono::milliseconds time{15'000};  // after which it is given up
};

// Which of `packs` to merge; empty when there is no need. Pure.
std::vector<PackFile> choose_for_merging(std::vector<PackFile> packs, const MergePolicy& policy);

// Merges if there is a need and no other process is at it. Returns how many packs became one. Throws Kind::failure when
// it could not be done: nothing has changed then. The cache must be held, shared at least (use_lock.h).
coro::Task<std::size_t> merge_packs(Places places, coro::Pool& pool, MergePolicy policy = {},
                                    coro::Clock& clock = coro::Clock::system());

}  // namespace eka::store
