// Counts in sentences.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eka {

// "1 atom", "2 atoms".
inline std::string count_text(std::size_t count, std::string_view noun) {
  return std::to_string(count).append(" ").append(noun).append(count == 1 ? "" : "s");
}

}  // namespace eka
