// Limits on locks, which are untrusted.
#pragma once

#include <cstddef>

namespace eka::atom::lock_limits {

inline constexpr std::size_t bytes = std::size_t{16} << 20;
inline constexpr std::size_t dependencies = 50'000;
inline constexpr std::size_t requires_ = 5'000;  // per atom
inline constexpr std::size_t sets = 5'000;
inline constexpr std::size_t mirrors = 64;  // per set: mirrors are compared pairwise

}  // namespace eka::atom::lock_limits
