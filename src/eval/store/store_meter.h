// How much an evaluator has written into its private store.
//
// The kernel bounds one file (RLIMIT_FSIZE) but not many, and quotas are not for users to set; a file system in memory
// would not be seen from outside of the sandbox. So the store is measured: now and then while the evaluator runs, and
// before an answer is taken.
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

  // Are the files below the store larger than the limit, all together? What is larger on the disk than it says, or the
  // reverse, counts with the larger number, and every entry with a block at least. Ends as soon as the limit is passed.
  // Blocks; one thread at a time. `exactly`: not from a measurement of a moment ago that was far from the limit.
  bool is_over(coro::Stop stop, bool exactly);

  // How long to wait until it is worth measuring again: most of the time nothing is measured.
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
