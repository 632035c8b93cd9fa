// All chance of a simulated world: SplitMix64, the same numbers on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace eka::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  // Of 0 … bound-1; the bias of the remainder does not matter here.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  std::size_t between(std::size_t least, std::size_t most) { return least + below(most - least + 1); }
  bool chance(double probability) { return uniform() < probability; }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  template <class Container>
  const auto& pick(const Container& from) {
    return from[below(from.size())];
  }
  // An independent stream: what it is used for changes nothing elsewhere.
  Random fork(std::uint64_t purpose) { return Random(next() ^ (purpose * 0xd1342543de82ef95)); }

 private:
  std::uint64_t state_;
};

}  // namespace eka::sim
