// Small packs of all that a run fetches at a time, on their way to the disk: they gather while others are still
// expected, for a moment, and are written as one (gathering.h, pack_group.h).
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

// On the reactor.
class SmallPacks {
 public:
  // `pool` and `clock` must outlive it.
  SmallPacks(std::filesystem::path incoming, std::filesystem::path packs, coro::Pool& pool, coro::Clock& clock);

  // A pack that may be about to come. While there are any, those that are here wait for them, but not for long.
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

  // When it returns, the pack is durable.
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
  coro::TaskGroup* lingering_ = nullptr;  // of whoever has the turn
  Gathering<MemoryPack> gathering_;
};

}  // namespace eka::store
