#include "store/pack/small_packs.h"

#include <chrono>
#include <utility>

#include "store/pack/pack_group.h"

namespace eka::store {
namespace {

// The longest time that a pack waits for others. It costs nothing if the caller waits for all of them; a caller that
// needs only this pack loses this time.
constexpr std::chrono::milliseconds at_most{20};
constexpr std::size_t enough_bytes = std::size_t{4} << 20;

class Lingering {
 public:
  Lingering(coro::TaskGroup*& place, coro::TaskGroup& waiting) : place_(place) { place_ = &waiting; }
  ~Lingering() { place_ = nullptr; }
  Lingering(const Lingering&) = delete;
  Lingering& operator=(const Lingering&) = delete;

 private:
  coro::TaskGroup*& place_;
};

}  // namespace

SmallPacks::SmallPacks(std::filesystem::path incoming, std::filesystem::path packs, coro::Pool& pool,
                       coro::Clock& clock)
    : incoming_(std::move(incoming)),
      packs_(std::move(packs)),
      pool_(pool),
      clock_(clock),
      gathering_([this](std::vector<const MemoryPack*> members) { return write_all(std::move(members)); },
                 [this] { return linger(); }) {}

void SmallPacks::Expected::no_more() {
  SmallPacks* const all = std::exchange(all_, nullptr);
  if (all == nullptr) return;
  --all->expected_;
  if (all->lingering_ != nullptr && all->is_enough()) all->lingering_->cancel();
}

bool SmallPacks::is_enough() const {
  if (expected_ == 0) return true;
  std::size_t bytes = 0;
  for (const MemoryPack* pack : gathering_.waiting()) bytes += pack->bytes();
  return bytes >= enough_bytes;
}

coro::Task<> SmallPacks::write(MemoryPack pack) {
  return gathering_.write(std::move(pack));
}

coro::Task<> SmallPacks::linger() {
  if (is_enough()) co_return;
  coro::TaskGroup waiting(co_await asio::this_coro::executor);
  const Lingering lingering(lingering_, waiting);
  waiting.start(clock_.sleep(at_most));
  co_await waiting.join();
}

// If writing them together fails, each is written alone, so that one bad pack does not fail the others.
coro::Task<std::vector<std::optional<Error>>> SmallPacks::write_all(std::vector<const MemoryPack*> packs) {
  const auto write = [&](const std::vector<const MemoryPack*>& some) -> std::optional<Error> {
    try {
      write_together(some, incoming_, packs_);
      return std::nullopt;
    } catch (const Error& error) {
      return error;
    }
  };
  co_return co_await coro::offload(pool_, [&] {
    std::vector<std::optional<Error>> failures(packs.size(), write(packs));
    if (packs.size() == 1 || !failures.front()) return failures;
    for (std::size_t i = 0; i < packs.size(); ++i) failures[i] = write({packs[i]});
    return failures;
  });
}

}  // namespace eka::store
