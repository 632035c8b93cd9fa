// Times of last use: seconds since 1970, as stored in the database.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace eka::store {

inline std::int64_t in_seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

inline std::optional<std::int64_t> parse_seconds(const std::optional<std::string>& text) {
  std::int64_t seconds = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), seconds).ec != std::errc())
    return std::nullopt;
  return seconds;
}

}  // namespace eka::store
