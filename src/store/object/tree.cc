#include "store/object/tree.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/text.h"
#include "store/object/entry_name.h"

namespace eka::store {
namespace {

std::unexpected<Error> refuse(std::string_view name, std::string_view why) {
  return fail(Kind::integrity, "invalid tree: entry \"" + printable(name) + "\" " + std::string(why));
}

std::optional<EntryKind> kind_of(std::string_view mode) {
  if (mode == "100644" || mode == "100664") return EntryKind::file;  // 100664: written by git before 2005
  if (mode == "100755") return EntryKind::executable;
  if (mode == "120000") return EntryKind::symlink;
  if (mode == "40000") return EntryKind::directory;
  return std::nullopt;
}

// git's order: by bytes, directories as if they ended with "/".
bool sorts_before(const TreeEntry& a, const TreeEntry& b) {
  const std::size_t common = std::min(a.name.size(), b.name.size());
  if (const int order = a.name.substr(0, common).compare(b.name.substr(0, common)); order != 0) return order < 0;
  const auto next = [common](const TreeEntry& e) -> int {
    if (e.name.size() > common) return static_cast<std::uint8_t>(e.name[common]);
    return e.kind == EntryKind::directory ? '/' : 0;
  };
  return next(a) < next(b);
}

// A file and a directory with the same name need not be adjacent in git's order: "l", "l-x", "l/".
std::optional<std::string_view> doubled_name(const std::vector<TreeEntry>& entries) {
  std::vector<std::string_view> names;
  names.reserve(entries.size());
  for (const TreeEntry& entry : entries) names.push_back(entry.name);
  std::ranges::sort(names);
  const auto twin = std::ranges::adjacent_find(names);
  return twin == names.end() ? std::nullopt : std::optional(*twin);
}

// Removes one entry from the front of `content`.
Result<TreeEntry> take_entry(std::string_view& content) {
  const std::size_t space = content.substr(0, 8).find(' ');
  if (space == std::string_view::npos) return fail(Kind::integrity, "invalid tree: entry without mode");
  const std::string_view mode = content.substr(0, space);
  content.remove_prefix(space + 1);
  const std::size_t end = content.find('\0');
  if (end == std::string_view::npos || content.size() - end - 1 < atom::ObjectId::size) {
    return fail(Kind::integrity, "invalid tree: truncated entry");
  }
  TreeEntry entry;
  entry.name = content.substr(0, end);
  if (const auto reason = why_refused(entry.name)) return refuse(entry.name, *reason);
  if (mode == "160000") return refuse(entry.name, "is a submodule, which eka does not support");
  const auto kind = kind_of(mode);
  if (!kind) return refuse(entry.name, "has an invalid mode " + printable(mode));
  entry.kind = *kind;
  std::array<std::uint8_t, atom::ObjectId::size> id{};
  std::copy_n(content.data() + end + 1, id.size(), reinterpret_cast<char*>(id.data()));
  entry.id = atom::ObjectId(id);
  content.remove_prefix(end + 1 + id.size());
  return entry;
}

}  // namespace

Result<std::vector<TreeEntry>> parse_tree(std::string_view content) {
  std::vector<TreeEntry> entries;
  while (!content.empty()) {
    auto entry = take_entry(content);
    if (!entry) return std::unexpected(std::move(entry).error());
    if (!entries.empty() && !sorts_before(entries.back(), *entry)) {
      return refuse(entry->name, entries.back().name == entry->name ? "is a duplicate" : "is not in sorted order");
    }
    entries.push_back(*entry);
  }
  if (const auto twin = doubled_name(entries)) return refuse(*twin, "is a duplicate");
  return entries;
}

void sort_by_name(std::vector<TreeEntry>& entries) {
  std::ranges::sort(entries, {}, &TreeEntry::name);
}

Result<void> check_link_target(std::string_view target) {
  if (target.empty()) return fail(Kind::integrity, "empty symbolic link");
  if (target.find('\0') != std::string_view::npos) return fail(Kind::integrity, "NUL in a symbolic link");
  if (target.size() > 4095) {
    return fail(Kind::integrity, "symbolic link too long: " + std::to_string(target.size()) + " bytes, maximum 4095");
  }
  return {};
}

}  // namespace eka::store
