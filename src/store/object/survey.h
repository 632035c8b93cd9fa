// Walks everything that trees reach, before any of it is used: checks that all objects are present, have the right type
// and form trees that are safe to write, and computes their total size.
//
// Each distinct tree is read once and its totals are cached by id, so that ten levels of trees that each contain the
// next one ten times take ten steps, not ten billion; the totals still count what would be written. Exceeded limits
// throw Kind::integrity.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "atom/hash/object_id.h"
#include "store/object/bounds.h"
#include "store/object/objects.h"

namespace eka::store {

struct Extent {
  std::uint64_t entries = 0;  // files, links and directories
  std::uint64_t bytes = 0;
  unsigned height = 0;     // levels of directories below this one
  std::uint64_t path = 0;  // length of the longest path below this one, in bytes
};

// Throws if a tree of this extent, `depth` directories below the root, exceeds a limit.
void check_extent(const Extent& extent, const TreeLimits& limits, unsigned depth = 0);

class Surveyor {
 public:
  enum class Blobs { headers, contents };  // contents: also read and hash every blob

  explicit Surveyor(Objects& objects, const TreeLimits& limits = {}, Blobs blobs = Blobs::headers)
      : objects_(objects), limits_(limits), blobs_(blobs) {}

  Extent tree(const atom::ObjectId& id) { return visit(id, 0); }
  // A commit's tree (not its parents), a tag's target, a tree, or a blob.
  void anything(const atom::ObjectId& id);

 private:
  Extent visit(const atom::ObjectId& id, unsigned depth);
  std::uint64_t blob_size(const atom::ObjectId& id);
  void check(const Extent& extent, unsigned depth) const { check_extent(extent, limits_, depth); }

  Objects& objects_;
  TreeLimits limits_;
  Blobs blobs_;
  std::unordered_map<atom::ObjectId, Extent> known_;
};

}  // namespace eka::store
