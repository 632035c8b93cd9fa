// Batches concurrent writes: while one batch is being written, further items are collected in the next one. For writes
// that cost about the same for ten items as for one: a file that is replaced as a whole, an fsync.
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

// Used on one executor. A batch is a flight (coro/task/flight.h): it continues if one of the callers whose items it
// writes is cancelled, and its error is thrown to each of them and to no other. Must outlive all callers of write().
template <class Item>
class Gathering {
 public:
  // Writes all items. Returns for each the error, if any, to throw to its caller.
  using Write = std::function<coro::Task<std::vector<std::optional<Error>>>(std::vector<const Item*>)>;
  // Called before a batch is written; may suspend while further items are added.
  using Linger = std::function<coro::Task<>()>;

  explicit Gathering(Write write, Linger linger = {}) : write_(std::move(write)), linger_(std::move(linger)) {}

  // The item is written when it returns. If the caller is cancelled, the item may still be written.
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

  // The items of the next batch.
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
