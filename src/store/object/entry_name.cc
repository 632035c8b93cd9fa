#include "store/object/entry_name.h"

#include <algorithm>
#include <string>

#include "base/utf8.h"

namespace eka::store {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) { return a == lower(b); });
}

bool is_git_on_ntfs(std::string_view name) {
  for (const std::string_view alias : {".git", "git~1"}) {
    if (!starts_with_ignoring_case(name, alias)) continue;
    const std::string_view rest = name.substr(alias.size());
    const std::size_t end = rest.find_first_not_of(". ");
    if (end == std::string_view::npos || rest[end] == ':') return true;
  }
  return false;
}

bool ignored_by_hfs(char32_t point) {
  return (point >= 0x200c && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
         (point >= 0x206a && point <= 0x206f) || point == 0xfeff;
}

bool is_git_on_hfs(std::string_view name) {
  std::string visible;
  while (!name.empty()) {
    const CodePoint point = first_code_point(name);
    const std::size_t length = std::max<std::size_t>(point.length, 1);
    if (point.length == 0 || !ignored_by_hfs(point.value)) visible += name.substr(0, length);
    if (visible.size() > 4) return false;
    name.remove_prefix(length);
  }
  return visible.size() == 4 && starts_with_ignoring_case(visible, ".git");
}

}  // namespace

std::optional<std::string_view> why_refused(std::string_view name) {
  if (name.empty()) return "has an empty name";
  if (name.size() > 255) return "has a name longer than 255 bytes";
  if (name == "." || name == "..") return "is outside of its directory";
  if (name.find('/') != std::string_view::npos) return "contains a slash";
  if (name.find('\\') != std::string_view::npos) return "contains a backslash";
  if (name.find('\0') != std::string_view::npos) return "contains a NUL";
  if (is_git_on_ntfs(name) || is_git_on_hfs(name)) return "would be a .git directory on some file systems";
  return std::nullopt;
}

}  // namespace eka::store
