// Measures how much an evaluator has written into its private store.
//
// The kernel limits the size of one file (RLIMIT_FSIZE) but not of many, users cannot set quotas, and a file system in
// memory would not be visible outside of the sandbox. So the store is measured periodically while the evaluator runs,
// and before an answer is accepted.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "coro/run/pool.h"

namespace eka::eval {

class StoreMeter {
 public:
  StoreMeter(std::filesystem::path store, std::uint64_t limit) : store_(std::move(store)), limit_(limit) {}

  // Whether the files below the store exceed the limit in total. Each entry counts with the larger of its size and its
  // size on disk, and with at least one block. Stops when the limit is exceeded. Blocks; one thread at a time. Unless
  // `exactly`, a recent measurement far below the limit is reused.
  bool is_over(coro::Stop stop, bool exactly);

  // How long to wait before the next measurement, so that measuring takes little of the time.
  std::chrono::milliseconds pause() const;

 private:
  std::uint64_t measure(coro::Stop stop) const;

  using Clock = std::chrono::steady_clock;
  std::filesystem::path store_;
  std::uint64_t limit_;
  std::uint64_t last_ = 0;
  std::optional<Clock::time_point> when_;
  Clock::duration cost_{};
};

}  // namespace eka::eval
