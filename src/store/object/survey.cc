#include "store/object/survey.h"

#include <algorithm>
#include <vector>

#include "store/object/tree.h"

namespace eka::store {

void check_extent(const Extent& extent, const TreeLimits& limits, unsigned depth) {
  const auto over = [](const std::string& what) { return Error(Kind::integrity, "tree exceeds a limit: " + what); };
  if (depth + extent.height > limits.depth) {
    throw over("deeper than " + std::to_string(limits.depth) + " directories");
  }
  if (extent.path > limits.path) throw over("a path longer than " + std::to_string(limits.path) + " bytes");
  if (extent.entries > limits.entries) throw over("more than " + std::to_string(limits.entries) + " entries");
  if (extent.bytes > limits.bytes) throw over("more than " + std::to_string(limits.bytes >> 20) + " MiB");
}

std::uint64_t Surveyor::blob_size(const atom::ObjectId& id) {
  if (blobs_ == Blobs::contents) return objects_.read(id, ObjectType::blob).content().size();
  const auto header = objects_.header(id);
  if (!header) throw Error(Kind::integrity, "blob " + id.hex() + " is missing");
  if (header->type != ObjectType::blob) {
    throw Error(Kind::integrity,
                "object " + id.hex() + " should be a blob, but is a " + std::string(name_of(header->type)));
  }
  return header->size;
}

Extent Surveyor::visit(const atom::ObjectId& id, unsigned depth) {
  if (const auto known = known_.find(id); known != known_.end()) {
    check(known->second, depth);
    return known->second;
  }
  Extent extent;
  check(extent, depth);
  // The tree object is released before its subtrees are read; otherwise memory would grow with depth times width.
  struct Subtree {
    atom::ObjectId id;
    std::uint64_t name = 0;  // length
  };
  std::vector<Subtree> subtrees;
  {
    const Object object = objects_.read(id, ObjectType::tree);
    auto entries = parse_tree(object.content());
    if (!entries) throw std::move(entries).error().within("tree " + id.hex());
    for (const TreeEntry& entry : *entries) {
      ++extent.entries;
      extent.path = std::max<std::uint64_t>(extent.path, entry.name.size());
      if (entry.kind == EntryKind::directory) {
        subtrees.push_back({entry.id, entry.name.size()});
      } else {
        extent.bytes += blob_size(entry.id);
        check(extent, depth);
      }
    }
  }
  for (const auto& [subtree, name] : subtrees) {
    const Extent below = visit(subtree, depth + 1);
    extent.entries += below.entries;
    extent.bytes += below.bytes;
    extent.height = std::max(extent.height, below.height + 1);
    extent.path = std::max(extent.path, name + 1 + below.path);
    check(extent, depth);
  }
  known_.emplace(id, extent);
  return extent;
}

void Surveyor::anything(const atom::ObjectId& wanted) {
  atom::ObjectId id = wanted;
  // Tags may point to tags; real chains are short.
  for (int step = 0; step < 8; ++step) {
    const auto header = objects_.header(id);
    if (!header) throw Error(Kind::integrity, "object " + id.hex() + " is missing");
    if (header->type == ObjectType::blob) {
      blob_size(id);
      return;
    }
    const Object object = objects_.read(id, header->type);
    if (header->type == ObjectType::tree) {
      tree(id);
      return;
    }
    if (header->type == ObjectType::commit) {
      tree(tree_of_commit(object.content()));
      return;
    }
    const std::string_view text = object.content();
    auto target = text.starts_with("object ") && text.size() > 47 ? atom::ObjectId::parse(text.substr(7, 40))
                                                                  : fail(Kind::integrity, "invalid tag: no object");
    id = unwrap(std::move(target));
  }
  throw Error(Kind::integrity, "tag " + wanted.hex() + " does not resolve to an object");
}

}  // namespace eka::store
