#include "store/object/tree_file.h"

#include "base/text.h"
#include "store/object/tree.h"

namespace eka::store {
namespace {

std::optional<TreeEntry> entry_named(const Object& tree, std::string_view name) {
  for (const TreeEntry& entry : unwrap(parse_tree(tree.content()))) {
    if (entry.name == name) return entry;
  }
  return std::nullopt;
}

}  // namespace

void check_size(const std::string& name, std::size_t size, std::size_t limit) {
  if (size <= limit) return;
  throw Error(Kind::integrity,
              "\"" + name + "\" is " + std::to_string(size) + " bytes: larger than " + std::to_string(limit));
}

std::optional<std::string> read_blob_at(Objects& objects, atom::ObjectId tree, std::string_view path,
                                        std::size_t limit) {
  for (;;) {
    const std::size_t slash = path.find('/');
    const Object object = objects.read(tree, ObjectType::tree);
    const auto entry = entry_named(object, path.substr(0, slash));
    if (!entry || entry->kind == EntryKind::symlink) return std::nullopt;
    if (const bool is_last = slash == std::string_view::npos; !is_last) {
      if (entry->kind != EntryKind::directory) return std::nullopt;
      tree = entry->id;
      path.remove_prefix(slash + 1);
      continue;
    }
    if (entry->kind == EntryKind::directory) return std::nullopt;
    const auto header = objects.header(entry->id);
    if (header) check_size(printable(entry->name), header->size, limit);
    return std::string(objects.read(entry->id, ObjectType::blob).content());
  }
}

}  // namespace eka::store
