#include "store/maintenance/merge.h"

#include <algorithm>
#include <utility>

#include "coro/task/timeout.h"
#include "store/disk/use_lock.h"
#include "store/maintenance/repack.h"

namespace eka::store {

std::vector<PackFile> choose_for_merging(std::vector<PackFile> packs, const MergePolicy& policy) {
  if (packs.size() <= policy.count) return {};
  std::ranges::sort(packs, {}, [](const PackFile& pack) { return std::pair(pack.bytes, pack.name); });
  std::size_t chosen = 0;
  std::uint64_t below = 0;  // total size of all smaller packs
  for (std::size_t i = 0; i < packs.size(); ++i) {
    if (packs[i].bytes > policy.pack_bytes || below + packs[i].bytes > policy.all_bytes) break;
    if (packs[i].bytes <= below) chosen = i + 1;
    below += packs[i].bytes;
  }
  packs.resize(chosen);
  return packs;
}

coro::Task<std::size_t> merge_packs(Places places, coro::Pool& pool, MergePolicy policy, coro::Clock& clock) {
  struct Plan {
    FileDescriptor lock;
    std::vector<PackFile> packs;
    std::vector<atom::ObjectId> ids;
  };
  auto plan = co_await coro::offload(pool, [&] {
    Plan made;
    remove_stray_indexes(places.packs());
    made.packs = choose_for_merging(list_packs(places.packs()), policy);
    if (made.packs.empty()) return made;
    made.lock = try_lock(places.git() / "merge.lock");
    if (!made.lock) {
      made.packs.clear();
      return made;
    }
    // Choose again, now that no other process is merging.
    made.packs = choose_for_merging(list_packs(places.packs()), policy);
    for (const PackFile& pack : made.packs) {
      const auto ids = ids_of_pack(pack.index);
      made.ids.insert(made.ids.end(), ids.begin(), ids.end());
    }
    std::ranges::sort(made.ids);
    const auto twice = std::ranges::unique(made.ids);
    made.ids.erase(twice.begin(), twice.end());
    return made;
  });
  const std::size_t count = plan.packs.size();
  if (count == 0) co_return 0;
  Error late(Kind::failure, "merging " + std::to_string(count) + " packs timed out");
  auto work = repack(std::move(places), pool, std::move(plan.ids), std::move(plan.packs));
  co_await coro::timeout(policy.time, std::move(work), std::move(late), clock);
  co_return count;
}

}  // namespace eka::store
