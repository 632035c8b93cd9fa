// Lists a directory of a working tree with the user's git, for an index that libgit2 cannot read: a split or a sparse
// one, or one without a checksum.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"

namespace eka::git {

struct ListedFile {
  std::string path;             // relative to the listed directory
  bool tracked = false;         // otherwise it is new and not ignored; a nested repository ends with "/"
  bool skips_worktree = false;  // it is outside of a sparse checkout, and need not exist
  std::uint32_t mode = 0;       // of the index; 0 if it is not tracked
  atom::ObjectId id{};          // of the index
};

// Runs `git ls-files` in `directory`. Sorted by path, one entry for each. Blocks. Throws Kind::failure with git's
// message if there is no git, or if it cannot read the repository either.
std::vector<ListedFile> list_by_git(const std::filesystem::path& directory);

// The blobs that `git add` would make of files in `directory`, in order: after the conversions that attributes and
// configuration ask for (line endings, encodings, `ident`, filter programs such as that of Git LFS). Blocks. Throws
// Kind::failure with git's message.
std::vector<atom::ObjectId> hash_by_git(const std::filesystem::path& directory, const std::vector<std::string>& paths);

// Parses the output of `git ls-files -z -t --stage --cached --others`.
std::vector<ListedFile> parse_listing(std::string_view output);

}  // namespace eka::git
