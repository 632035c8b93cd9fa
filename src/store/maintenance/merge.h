// Merges small packs as they accumulate: each run leaves one pack per remote, and fifty thousand of them would make
// every lookup slow.
//
// As in `git repack --geometric`: when there are more than `count` packs, the smallest are merged, as many as needed so
// that each remaining pack is larger than all smaller ones together. So an object is rewritten a logarithmic number of
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
  std::size_t count = 50;                  // merge only if there are more packs
  std::uint64_t pack_bytes = 64ULL << 20;  // larger packs are not merged
  std::uint64_t all_bytes = 512ULL << 20;  // maximum input of one merge
  std::chrono::milliseconds time{15'000};  // timeout
};

// Which of `packs` to merge; empty if there is no need. Pure.
std::vector<PackFile> choose_for_merging(std::vector<PackFile> packs, const MergePolicy& policy);

// Merges if needed, unless another process is merging. Returns how many packs were merged into one. Throws
// Kind::failure if merging fails; nothing has changed then. The caller must hold the cache's lock, at least shared
// (use_lock.h).
coro::Task<std::size_t> merge_packs(Places places, coro::Pool& pool, MergePolicy policy = {},
                                    coro::Clock& clock = coro::Clock::system());

}  // namespace eka::store
