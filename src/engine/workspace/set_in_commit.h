// A set as it is in a commit of a repository on this machine; nothing is checked out. Blocks; call it on the pool.
#pragma once

#include <filesystem>
#include <string>

#include "atom/hash/object_id.h"
#include "git/object/source_repository.h"

namespace eka::engine {

// The directory of the set that contains `start`, "" or ending with "/": the nearest at or above it that has an
// ekala.toml in the commit. Throws Kind::usage if there is none.
std::string set_prefix(const git::SourceRepository& repository, const atom::ObjectId& commit,
                       const std::filesystem::path& start);

// The tree of a directory of the commit, from the root of the repository. Throws Kind::usage if there is none.
atom::ObjectId tree_in_commit(const git::SourceRepository& repository, const atom::ObjectId& commit,
                              const std::string& directory);

}  // namespace eka::engine
