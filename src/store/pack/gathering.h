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
#include "coro/task/flight.h"
#include "coro/task/limiter.h"
#include "coro/task/task.h"

namespace eka::store {

// On one executor. What is written together is work of its own (coro/task/flight.h): it goes on when one of those whose
// items it writes is cancelled, and what it throws is thrown to each of them and to nobody else. Must outlive all who
// write.
template <class Item>
class Gathering {
 public:
  // Writes them all; for each the error, if any, that its owner is to throw.
  using Write = std::function<coro::Task<std::vector<std::optional<Error>>>(std::vector<const Item*>)>;
  // Called when it is the batch's turn: it may take its time, while others come in.
  using Linger = std::function<coro::Task<>()>;

  explicit Gathering(Write write, Linger linger = {}) : write_(std::move(write)), linger_(std::move(linger)) {}

  // When it returns, the item is written. An item whose owner is cancelled may be written, too.
  coro::Task<> write(Item item) {
    const coro::Executor executor = co_await asio::this_coro::executor;
    if (!open_ || open_->is_doomed()) {
      open_ = std::make_shared<Batch>();
      const auto let_go = [this, batch = open_] { close(batch); };
      open_->start(executor, write_batch(open_), let_go);
    }
    const auto batch = open_;
    const std::size_t mine = batch->items.size();
    batch->items.push_back(std::make_unique<Item>(std::move(item)));
    co_await coro::Flight::join(batch);
    if (batch->failures[mine]) throw Error(*batch->failures[mine]);
  }

  // What is waiting for its turn.
  std::vector<const Item*> waiting() const { return open_ ? items_of(*open_) : std::vector<const Item*>(); }

 private:
  struct Batch : coro::Flight {
    std::vector<std::unique_ptr<Item>> items;
    std::vector<std::optional<Error>> failures;
  };

  static std::vector<const Item*> items_of(const Batch& batch) {
    std::vector<const Item*> items;
    for (const auto& each : batch.items) items.push_back(each.get());
    return items;
  }

  void close(const std::shared_ptr<Batch>& batch) {
    if (open_ == batch) open_ = nullptr;
  }

  coro::Task<> write_batch(std::shared_ptr<Batch> batch) {
    const auto turn = co_await turns_.acquire();
    if (linger_) co_await linger_();
    close(batch);
    auto items = items_of(*batch);
    batch->failures = co_await write_(std::move(items));
  }

  Write write_;
  Linger linger_;
  std::shared_ptr<Batch> open_;
  coro::Limiter turns_{1};
};

}  // namespace eka::store
