#include "cli/progress/words.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace eka::cli {
namespace {

// The characters of UTF-8 text, each with its continuation bytes.
std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) ++length;
    out.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

// As many characters as fit; from the end if `backwards`.
std::string fitting(std::vector<std::string_view> all, std::size_t columns, bool backwards) {
  if (backwards) std::ranges::reverse(all);
  std::size_t used = 0;
  std::size_t taken = 0;
  while (taken < all.size() && used + columns_of(all[taken]) <= columns) used += columns_of(all[taken++]);
  all.resize(taken);
  if (backwards) std::ranges::reverse(all);
  std::string out;
  for (const auto character : all) out += character;
  return out;
}

}  // namespace

std::string duration_text(std::chrono::milliseconds time) {
  const auto tenths = time.count() / 100;
  if (tenths < 100) return fmt::format("{}.{} s", tenths / 10, tenths % 10);
  const auto seconds = time.count() / 1000;
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  constexpr std::array units{"kB", "MB", "GB", "TB", "PB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  size /= 1000;
  // 999.6 kB would be printed as "1000 kB".
  while (size >= 999.5 && unit + 1 < units.size()) {
    size /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", size, size < 9.95 ? 1 : 0, units[unit]);
}

std::string cut_middle(std::string_view text, std::size_t columns, std::string_view mark) {
  if (columns_of(text) <= columns) return std::string(text);
  const std::size_t marked = columns_of(mark);
  if (columns <= marked + 2) return cut_end(text, columns, mark);
  const auto all = characters(text);
  const std::size_t before = (columns - marked) / 3;
  return fitting(all, before, false) + std::string(mark) + fitting(all, columns - marked - before, true);
}

std::string cut_end(std::string_view text, std::size_t columns, std::string_view mark) {
  if (columns_of(text) <= columns) return std::string(text);
  const std::size_t marked = columns_of(mark);
  if (columns < marked) return {};
  return fitting(characters(text), columns - marked, false) + std::string(mark);
}

std::string ascii_only(std::string_view text) {
  std::string out;
  for (const auto character : characters(text)) out += character.size() == 1 ? character : "?";
  return out;
}

bool is_utf8_locale(const char* all, const char* ctype, const char* lang) {
  for (const char* const value : {all, ctype, lang}) {
    if (value == nullptr || *value == '\0') continue;
    std::string name(value);
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return name.find("utf-8") != std::string::npos || name.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace eka::cli
