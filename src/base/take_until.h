// Takes a text apart at a separator.
#pragma once

#include <algorithm>
#include <string_view>

namespace eka {

// What is before the first `end` in `rest`, all of it if there is none. It is removed from `rest`, together with `end`.
constexpr std::string_view take_until(std::string_view& rest, char end) {
  const std::string_view out = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(out.size() + 1, rest.size()));
  return out;
}

}  // namespace eka
