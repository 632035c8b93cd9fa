// Lists a directory of a working tree as git would add it: without ignored files, with all tracked ones.
//
// Applies nested .gitignore files, negation, .git/info/exclude and the user's excludes (core.excludesFile); with
// core.fileMode=false, the index determines which files are executable. Files outside of a sparse checkout are listed
// with the content that the index names. Contents are raw bytes: attributes and filters are not applied. Where libgit2
// cannot read the index, the user's git does. Blocks; call it on the pool. Writes nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "git/libgit2/libgit2.h"

namespace eka::git {

struct WorkingFile {
  std::string path;  // relative to the listed directory, separated by "/"
  enum class Mode : std::uint32_t { file = 0100644, executable = 0100755, link = 0120000 } mode = Mode::file;
  std::filesystem::path on_disk;
  // The id of the blob, if the index proves it: the file's stat data equal those of the entry and are older than the
  // index. The file need not be read then.
  std::optional<atom::ObjectId> known;
  // The content, if it is not that of the file on disk: outside of a sparse checkout there is none.
  std::optional<std::string> content;
};

// All files below `directory`, which is in a working tree, sorted by path. Throws Kind::usage if the directory is not
// in a repository, or contains a nested repository, which it names (submodules are not supported).
std::vector<WorkingFile> list_working_files(const std::filesystem::path& directory);

}  // namespace eka::git
