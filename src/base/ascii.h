// Lower case of ASCII, whatever the locale: for names of protocols and configuration files.
#pragma once

#include <string>
#include <string_view>

namespace eka {

constexpr char lowered(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lowered(c);
  return out;
}

}  // namespace eka
