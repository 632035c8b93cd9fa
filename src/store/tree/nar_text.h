// The strings of a NAR: a 64-bit little-endian length, the bytes, and zeros up to a multiple of eight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace eka::store {

inline void put_nar_length(std::string& out, std::uint64_t length) {
  for (int i = 0; i < 8; ++i) out += static_cast<char>((length >> (8 * i)) & 0xff);
}

// What follows a string of this length.
constexpr std::string_view nar_padding(std::size_t length) {
  constexpr std::string_view zeros("\0\0\0\0\0\0\0", 7);
  return zeros.substr(0, (8 - length % 8) % 8);
}

inline void put_nar_word(std::string& out, std::string_view text) {
  put_nar_length(out, text.size());
  out += text;
  out += nar_padding(text.size());
}

}  // namespace eka::store
