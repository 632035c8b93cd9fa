#include "base/text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/utf8.h"

namespace eka {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

// Characters that a terminal interprets, that reorder adjacent text, or that are invisible.
bool is_control(char32_t point) {
  if (point < 0x20 || (point >= 0x7f && point < 0xa0)) return true;
  return point == 0xad || point == 0x61c || point == 0x180e || (point >= 0x200b && point <= 0x200f) ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) || point == 0xfeff ||
         (point >= 0xfff9 && point <= 0xfffb) || (point >= 0xe0000 && point <= 0xe0fff);
}

void append_unit(std::string& out, std::uint32_t unit) {
  out += {'\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15], digits[unit >> 4 & 15], digits[unit & 15]};
}

}  // namespace

std::string printable(std::string_view bytes, std::size_t limit, bool lines) {
  std::string out;
  out.reserve(std::min(bytes.size(), limit) + 3);
  while (!bytes.empty()) {
    if (lines && bytes.starts_with("\r\n")) bytes.remove_prefix(1);
    const auto [point, length] = first_code_point(bytes);
    const bool line_control = point == '\n' || point == '\t';
    const bool keep = length != 0 && (line_control ? lines : !is_control(point));
    const std::size_t taken = std::max<std::size_t>(length, 1);
    if ((keep ? taken : 4 * taken) > limit - out.size()) {
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

std::string printable_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const auto [point, length] = first_code_point(json);
    const std::size_t taken = std::max<std::size_t>(length, 1);
    // Below 0x20 there is only whitespace between values: JSON does not allow it inside strings.
    if (length == 0 || point < 0x20 || !is_control(point)) {
      out += json.substr(0, taken);
    } else if (point < 0x10000) {
      append_unit(out, point);
    } else {
      append_unit(out, 0xd800 + ((point - 0x10000) >> 10));
      append_unit(out, 0xdc00 + ((point - 0x10000) & 0x3ff));
    }
    json.remove_prefix(taken);
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

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace eka
