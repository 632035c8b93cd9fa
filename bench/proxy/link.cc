#include "proxy/link.h"

#include <algorithm>

namespace eka::proxy {

Time Link::out(Time now, std::size_t size) {
  Time sent = now;
  if (line_.bandwidth != 0) {
    const auto takes = std::chrono::duration<double>(static_cast<double>(size) / static_cast<double>(line_.bandwidth));
    free_ = std::max(free_, now) + std::chrono::duration_cast<Duration>(takes);
    sent = free_;
  }
  Duration late{};
  if (line_.jitter.count() > 0) {
    const auto bound = std::chrono::duration_cast<std::chrono::microseconds>(line_.jitter).count();
    late = std::chrono::microseconds(random_.below(static_cast<std::uint64_t>(bound)));
  }
  return sent + line_.round_trip / 2 + late;
}

}  // namespace eka::proxy
