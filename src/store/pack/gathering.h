// Many come side by side, each with a little to be written: while some of it is written, the others gather, and theirs
// is written next, together. For what costs about the same for one as for ten: a file that is replaced as a whole, a
// sync.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "coro/task/limiter.h"
#include "coro/task/task.h"

namespace eka::store {

// On one executor. Whoever has the turn and is cancelled leaves all, its own included, to the next in line.
template <class Item>
class Gathering {
 public:
  // Writes them all; for each the error, if any, that its owner is to throw.
  using Write = std::function<coro::Task<std::vector<std::optional<Error>>>(std::vector<const Item*>)>;
  // Called with the turn taken: it may take its time, while others come in.
  using Linger = std::function<coro::Task<>()>;

  explicit Gathering(Write write, Linger linger = {}) : write_(std::move(write)), linger_(std::move(linger)) {}

  // When it returns, the item is written.
  coro::Task<> write(Item item) {
    const auto mine = std::make_shared<Waiting>(std::move(item));
    unwritten_.push_back(mine);
    const auto turn = co_await turns_.acquire();
    if (!mine->is_written) {
      if (linger_) co_await linger_();
      co_await write_gathered();
    }
    if (mine->failure) throw Error(*mine->failure);
  }

  std::vector<const Item*> waiting() const { return items_of(unwritten_); }

 private:
  struct Waiting {
    explicit Waiting(Item what) : item(std::move(what)) {}
    Item item;
    std::optional<Error> failure;
    bool is_written = false;
  };
  using Many = std::vector<std::shared_ptr<Waiting>>;

  static std::vector<const Item*> items_of(const Many& many) {
    std::vector<const Item*> items;
    for (const auto& each : many) items.push_back(&each->item);
    return items;
  }

  coro::Task<> write_gathered() {
    const Many gathered = unwritten_;
    auto items = items_of(gathered);
    auto failures = co_await write_(std::move(items));
    for (std::size_t i = 0; i < gathered.size(); ++i) {
      gathered[i]->failure = std::move(failures[i]);
      gathered[i]->is_written = true;
    }
    std::erase_if(unwritten_, [](const auto& each) { return each->is_written; });
  }

  Write write_;
  Linger linger_;
  Many unwritten_;
  coro::Limiter turns_{1};
};

}  // namespace eka::store
