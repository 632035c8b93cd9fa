// One direction of the line that the proxy pretends to be: when does what arrives here come out at the other end?
//
// All connections share it, so that its bandwidth is that of the line and not of a connection. Pure: it is told the
// time. Random delays come from a seed; which byte meets which delay depends on the order in which bytes arrive.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "world/random.h"

namespace eka::proxy {

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

struct Line {
  std::chrono::milliseconds round_trip{0};  // half of it each way; a connection costs one, too, as the real thing does
  std::uint64_t bandwidth = 0;              // bytes a second each way; 0: as fast as it goes
  std::chrono::milliseconds jitter{0};      // each piece is late by up to this much, by chance
  std::uint64_t seed = 1;
};

class Link {
 public:
  Link(const Line& line, std::uint64_t stream) : line_(line), random_(line.seed * 2 + stream) {}

  const Line& line() const { return line_; }

  // When the last of `size` bytes that enter at `now` comes out, if nothing of the same connection holds it up.
  Time out(Time now, std::size_t size);

 private:
  Line line_;
  world::Random random_;
  Time free_{};  // when all that entered before has gone onto the line
};

}  // namespace eka::proxy
