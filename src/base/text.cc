#include "base/text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace eka {
namespace {

// Length of the valid UTF-8 sequence at the start of `s` and its code point; 0 when there is none.
std::size_t decode(std::string_view s, char32_t& point) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(s[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) {
    point = lead;
    return 1;
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length == 0 || lead > 0xf4 || s.size() < length) return 0;
  point = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    point = (point << 6) | (byte(i) & 0x3fU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  return overlong || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0 : length;
}

bool harmless(char32_t point, bool lines) {
  if (point == '\n' || point == '\t') return lines;
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return false;
  const bool bidi = point == 0x061c || point == 0x200e || point == 0x200f || (point >= 0x202a && point <= 0x202e) ||
                    (point >= 0x2066 && point <= 0x2069);
  return !bidi && point != 0x2028 && point != 0x2029;
}

}  // namespace

std::string printable(std::string_view bytes, std::size_t limit, bool lines) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(std::min(bytes.size(), limit) + 3);
  while (!bytes.empty()) {
    char32_t point = 0;
    const std::size_t length = decode(bytes, point);
    const bool keep = length != 0 && harmless(point, lines);
    const std::size_t taken = std::max<std::size_t>(length, 1);
    if (out.size() + (keep ? taken : 4 * taken) > limit) {
      out += "…";
      break;
    }
    for (const char c : bytes.substr(0, taken)) {
      if (keep) {
        out += c;
      } else {
        const auto b = static_cast<std::uint8_t>(c);
        out += {'\\', 'x', digits[b >> 4], digits[b & 15]};
      }
    }
    bytes.remove_prefix(taken);
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace eka
