// Partial clones (`git clone --filter=blob:none`): files of commits that are not checked out may be missing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/context/context.h"

namespace eka::engine {

// Makes the files of `revision` that match `pathspecs` (git's, relative to the root of the repository that contains
// `directory`) available in it. Only in a partial clone: there it runs git, which fetches them from its remote. Throws
// Kind::offline if the run is.
coro::Task<> complete_files(Context& context, std::filesystem::path directory, std::string revision,
                            std::vector<std::string> pathspecs);

}  // namespace eka::engine
