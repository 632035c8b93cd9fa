// Materializes trees with eka's own code: libgit2's checkout applies attributes and filters, and has written setuid
// files.
//
// Files are 0444 or 0555, directories 0755 (so that their owner can remove them by usual means), links are stored and
// never followed, all times are 1, and content is that of the blob: no attribute, filter or line ending changes it.
// Directories are opened beneath the root with no symlink allowed in the path, and entries are created exclusively: if
// another process replaces a directory by a link during the write, the result is an error and nothing else. On a file
// system that folds case or Unicode forms, colliding names are the same error: the second cannot be created.
#pragma once

#include <array>
#include <ctime>
#include <filesystem>
#include <optional>

#include <sys/types.h>

#include "atom/hash/object_id.h"
#include "store/disk/disk.h"
#include "store/object/objects.h"
#include "store/object/tree.h"

namespace eka::store {

inline constexpr std::array<timespec, 2> time_of_files{{{1, 0}, {1, 0}}};
mode_t mode_of_file(EntryKind kind);
// The directory with a tree; a link is not followed.
FileDescriptor open_root(const std::filesystem::path& directory);

// A directory that write_tree() wrote, with nothing changed since.
struct WrittenTree {
  atom::ObjectId tree;
  std::filesystem::path directory;
};

// Writes the content of the tree into `directory`, which must exist and be empty. seal() finishes the directory itself
// after it has been renamed to its final path. The tree must have passed a Surveyor. Files that `like` has at the same
// place become hard links to them, if they have the mode and the time that write_tree() gave them.
void write_tree(Objects& objects, const atom::ObjectId& tree, const std::filesystem::path& directory,
                const std::optional<WrittenTree>& like = std::nullopt);
void seal(const std::filesystem::path& directory);

// Whether `directory` is exactly what write_tree would write. For directories that a power loss may have torn.
bool holds_tree(Objects& objects, const atom::ObjectId& tree, const std::filesystem::path& directory);

}  // namespace eka::store
