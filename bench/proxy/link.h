// One direction of the simulated network: computes when data arrives at the other end.
//
// Shared by all connections, so the bandwidth applies to all of them together. Does not read the clock: the caller
// passes the time. Random delays are generated from a seed; which data gets which delay depends on the order of
// arrival.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "world/random.h"

namespace eka::proxy {

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

struct Line {
  std::chrono::milliseconds round_trip{0};  // half of it in each direction; connecting costs one too, as in a real
                                            // network
  std::uint64_t bandwidth = 0;              // bytes per second in each direction; 0: unlimited
  std::chrono::milliseconds jitter{0};      // maximum random delay of each piece
  std::uint64_t seed = 1;
};

class Link {
 public:
  Link(const Line& line, std::uint64_t stream) : line_(line), random_(line.seed * 2 + stream) {}

  const Line& line() const { return line_; }

  // The time of arrival of the last of `size` bytes sent at `now`, regardless of earlier data of the same connection.
  Time out(Time now, std::size_t size);

 private:
  Line line_;
  world::Random random_;
  Time free_{};  // when everything queued before has been sent
};

}  // namespace eka::proxy
