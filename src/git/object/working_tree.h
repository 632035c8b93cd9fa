// A directory of a working tree, as git would add it: what is ignored is left out, what is tracked is in.
//
// Nested .gitignore files, negation and .git/info/exclude count; the user's global excludes do not (what an atom is
// must not depend on who looks). Contents are the raw bytes: attributes and filters are not applied. Blocking: call it
// on the pool. Nothing is written.
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
  std::string path;  // "/"-separated, from the directory that was listed
  enum class Mode : std::uint32_t { file = 0100644, executable = 0100755, link = 0120000 } mode = Mode::file;
  std::filesystem::path on_disk;
  // The blob, where the index vouches for it: the file's stat data are those of the entry, and older than the index.
  // Then the file need not be read.
  std::optional<atom::ObjectId> known;
};

// Every file below `directory`, which lies in a working tree. Sorted by path. Kind::usage for a directory that is in no
// repository, and for a nested repository in it, named (submodules are not supported).
std::vector<WorkingFile> list_working_files(const std::filesystem::path& directory);

}  // namespace eka::git
