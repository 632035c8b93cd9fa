// Four-byte big-endian numbers, as in packs and their indexes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace eka::store {

inline std::uint32_t read_big_endian(std::string_view four) {
  std::uint32_t value = 0;
  for (const char c : four) value = (value << 8) | static_cast<std::uint8_t>(c);
  return value;
}

inline std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

}  // namespace eka::store
