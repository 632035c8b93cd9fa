// Where in its file something stands; for messages and for edits that keep the rest of a file.
#pragma once

#include <cstdint>

namespace eka::atom {

// From 1; the column counts code points. Zeros: nowhere.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

}  // namespace eka::atom
