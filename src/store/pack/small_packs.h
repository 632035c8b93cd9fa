// Collects the small packs that a run fetches concurrently: they wait a moment while others are expected, and are
// written as one (gathering.h, pack_group.h).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "coro/run/pool.h"
#include "coro/task/clock.h"
#include "coro/task/task_group.h"
#include "store/pack/gathering.h"
#include "store/pack/memory_pack.h"

namespace eka::store {

// Used on the reactor.
class SmallPacks {
 public:
  // `pool` and `clock` must outlive it.
  SmallPacks(std::filesystem::path incoming, std::filesystem::path packs, coro::Pool& pool, coro::Clock& clock);

  // Announces a pack that may arrive soon. While there are any, packs that are ready wait for them, but not for long.
  class Expected {
   public:
    explicit Expected(SmallPacks& all) : all_(&all) { ++all.expected_; }
    ~Expected() { no_more(); }
    Expected(const Expected&) = delete;
    Expected& operator=(const Expected&) = delete;
    void no_more();

   private:
    SmallPacks* all_;
  };

  // The pack is durable when it returns.
  coro::Task<> write(MemoryPack pack);

 private:
  coro::Task<> linger();
  coro::Task<std::vector<std::optional<Error>>> write_all(std::vector<const MemoryPack*> packs);
  bool is_enough() const;

  std::filesystem::path incoming_;
  std::filesystem::path packs_;
  coro::Pool& pool_;
  coro::Clock& clock_;
  std::size_t expected_ = 0;
  coro::TaskGroup* lingering_ = nullptr;  // of the batch whose turn it is
  Gathering<MemoryPack> gathering_;
};

}  // namespace eka::store
