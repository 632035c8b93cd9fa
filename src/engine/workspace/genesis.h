// The genesis of a set in a local repository.
#pragma once

#include <filesystem>
#include <string>

#include "atom/hash/object_id.h"
#include "engine/context/context.h"

namespace eka::engine {

// The genesis of the repository that contains `directory`, from the history of `revision`. A shallow clone does not
// have that history: its own ref refs/ekala/init, or `remote` (a configured one, or a URL), says what the genesis is; a
// remote that was asked in an earlier run is not asked again. Throws Kind::usage if there is no such commit, or if
// nothing says it; Kind::offline if the remote cannot be asked.
coro::Task<atom::ObjectId> find_genesis(Context& context, std::filesystem::path directory,
                                        std::string revision = "HEAD", std::string remote = "origin");

}  // namespace eka::engine
