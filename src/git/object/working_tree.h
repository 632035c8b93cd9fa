// Lists a directory of a working tree as git would add it: without ignored files, with all tracked ones.
//
// Applies nested .gitignore files, negation, .git/info/exclude and the user's excludes (core.excludesFile); with
// core.fileMode=false, the index determines which files are executable. Files outside of a sparse checkout are listed
// with the content that the index names. Contents are raw bytes: attributes and filters are not applied. Where libgit2
// cannot read the index, the user's git does. No file is read. Blocks; call it on the pool. Writes nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "git/libgit2/libgit2.h"
#include "git/object/file_state.h"

namespace eka::git {

struct WorkingFile {
  std::string path;  // relative to the listed directory, separated by "/"
  enum class Mode : std::uint32_t { file = 0100644, executable = 0100755, link = 0120000 } mode = Mode::file;
  FileState state{};
  // The id of the blob, if it was recalled, or if the index proves it: the file's stat data equal those of the entry
  // and are older than the index. The file need not be read then.
  std::optional<atom::ObjectId> known{};
  // The content, if it is not that of the file on disk: outside of a sparse checkout there is none.
  std::optional<std::string> content{};
};

// The blob that a file had in this state; nullopt if that is unknown. Asked in the order of paths.
using RecallBlob = std::function<std::optional<atom::ObjectId>(std::string_view path, const FileState& state)>;

// All files below `directory`, which is in a working tree, sorted by path. Throws Kind::usage if the directory is not
// in a repository, or contains a nested repository, which it names (submodules are not supported). The index is asked
// only about files that `recall` does not know.
std::vector<WorkingFile> list_working_files(const std::filesystem::path& directory, const RecallBlob& recall = {});

}  // namespace eka::git
