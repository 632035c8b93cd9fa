#include "base/text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/ascii.h"
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

std::size_t columns(char32_t point) {
  const auto in = [point](char32_t first, char32_t last) { return point >= first && point <= last; };
  if (in(0x300, 0x36f) || in(0x1ab0, 0x1aff) || in(0x20d0, 0x20ff) || in(0xfe00, 0xfe0f) || in(0xfe20, 0xfe2f))
    return 0;
  const bool wide = in(0x1100, 0x115f) || in(0x2e80, 0xa4cf) || in(0xac00, 0xd7a3) || in(0xf900, 0xfaff) ||
                    in(0xfe30, 0xfe6f) || in(0xff00, 0xff60) || in(0xffe0, 0xffe6) || in(0x1f300, 0x1faff) ||
                    in(0x20000, 0x3fffd);
  return wide ? 2 : 1;
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

std::size_t columns_of(std::string_view text) {
  std::size_t sum = 0;
  while (!text.empty()) {
    const auto [point, length] = first_code_point(text);
    sum += length == 0 ? 1 : columns(point);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return sum;
}

std::string cut_to_columns(std::string_view text, std::size_t columns_left) {
  if (columns_of(text) <= columns_left) return std::string(text);
  if (columns_left == 0) return {};
  --columns_left;  // of the ellipsis
  std::string out;
  while (!text.empty()) {
    const auto [point, length] = first_code_point(text);
    const std::size_t taken = std::max<std::size_t>(length, 1);
    const std::size_t width = length == 0 ? 1 : columns(point);
    if (width > columns_left) break;
    columns_left -= width;
    out += text.substr(0, taken);
    text.remove_prefix(taken);
  }
  return out + "…";
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
  if (is_digit(digit)) return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace eka
