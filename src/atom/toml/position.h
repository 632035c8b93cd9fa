// A position in a file, for messages and for edits that keep the rest of the file.
#pragma once

#include <cstdint>

namespace eka::atom {

// Both count from 1; the column counts code points. Zeros: no position.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

}  // namespace eka::atom
