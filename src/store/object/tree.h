// A raw git tree object, read strictly: what passes is fit to be written to a disk.
//
// A tree is a run of "<mode in octal> <name>\0<20 bytes of id>". libgit2 and git accept trees that are unsorted, hold
// a name twice, or have modes that no git ever wrote; each of those has been used to write outside of a checkout, so
// here they are errors (Kind::integrity). Submodules are refused too: their content is not in the repository.
#pragma once

#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "base/error.h"

namespace eka::store {

enum class EntryKind { file, executable, symlink, directory };

struct TreeEntry {
  EntryKind kind = EntryKind::file;
  std::string_view name;  // points into the content that was parsed
  atom::ObjectId id;
};

// In the order of the object, which is git's: a directory sorts as if its name ended with a slash.
Result<std::vector<TreeEntry>> parse_tree(std::string_view content);

// As Nix and everybody else sorts: by the bytes of the name.
void sort_by_name(std::vector<TreeEntry>& entries);

// Symlink targets: 1 to 4095 bytes without NUL, or no system could store them. Where they point does not matter,
// since they are never followed.
Result<void> check_link_target(std::string_view target);

}  // namespace eka::store
