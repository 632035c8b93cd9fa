// A strict parser for raw git tree objects: accepted trees are safe to write to a disk.
//
// A tree is a sequence of "<mode in octal> <name>\0<20 bytes of id>". libgit2 and git accept trees that are unsorted,
// contain a name twice, or have modes that git never wrote. All of these have been used to write outside of a checkout,
// so they are errors here (Kind::integrity). Submodules are refused too: their content is not in the repository.
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

// Entries in the order of the object, which is git's: a directory sorts as if its name ended with a slash.
Result<std::vector<TreeEntry>> parse_tree(std::string_view content);

// Sorts by the bytes of the name, as Nix does.
void sort_by_name(std::vector<TreeEntry>& entries);

// Symlink targets must have 1 to 4095 bytes without NUL, or no system could store them. Where they point does not
// matter, since they are never followed.
Result<void> check_link_target(std::string_view target);

}  // namespace eka::store
