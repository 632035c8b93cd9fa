// Materializes trees with eka's own code: libgit2's checkout applies attributes and filters, and has written setuid
// files.
//
// Files are 0444 or 0555, directories 0755 (so that their owner can remove them by usual means), links are stored and
// never followed, all times are 1, and content is that of the blob: no attribute, filter or line ending changes it.
// Directories are opened beneath the root with no symlink allowed in the path, and entries are created exclusively: if
// another process replaces a directory by a link during the write, the result is an error and nothing else. On a file
// system that folds case or Unicode forms, colliding names are the same error: the second cannot be created.
#pragma once

#include <filesystem>

#include "atom/hash/object_id.h"
#include "store/object/objects.h"

namespace eka::store {

// Writes the content of the tree into `directory`, which must exist and be empty. seal() finishes the directory itself
// after it has been renamed to its final path. The tree must have passed a Surveyor.
void write_tree(Objects& objects, const atom::ObjectId& tree, const std::filesystem::path& directory);
void seal(const std::filesystem::path& directory);

// Whether `directory` is exactly what write_tree would write. For directories that a power loss may have torn.
bool holds_tree(Objects& objects, const atom::ObjectId& tree, const std::filesystem::path& directory);

}  // namespace eka::store
