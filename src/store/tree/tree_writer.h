// Trees laid out on a disk, by our own hand: libgit2's checkout obeys attributes and filters, and has written setuid
// files.
//
// Files are 0444 or 0555, directories 0755 (so that their owner can remove them by usual means), links are stored and
// never followed, every time is 1, the content is that of the blob: no attribute, filter or line ending changes a byte.
// Directories are opened beneath the root with no symlink allowed on the way, entries are created exclusively: whoever
// swaps a directory for a link while we write gets an error out of us and nothing else. On a file system that folds
// case or Unicode forms, two names that collide are the same error: the second cannot be created.
#pragma once

#include <filesystem>

#include "atom/hash/object_id.h"
#include "store/object/objects.h"

namespace eka::store {

// Writes what the tree holds into `directory`, which exists and is empty. seal() finishes the directory itself, after
// it was moved to its place. The tree must have passed a Surveyor.
void write_tree(Objects& objects, const atom::ObjectId& tree, const std::filesystem::path& directory);
void seal(const std::filesystem::path& directory);

// Is `directory` what write_tree would write, down to the last byte? For directories that a power cut may have torn.
bool holds_tree(Objects& objects, const atom::ObjectId& tree, const std::filesystem::path& directory);

}  // namespace eka::store
