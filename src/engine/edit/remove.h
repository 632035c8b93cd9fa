// Removes dependencies from an atom of the working tree: resolves first, then writes manifest and lock, or neither.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/query/dependency_name.h"
#include "engine/resolve/resolve.h"

namespace eka::engine {

struct RemoveRequest {
  std::filesystem::path atom;  // its directory, or one below it
  std::vector<DependencyName> removed;
};

struct RemoveReport {
  std::string file;                                          // the manifest
  std::vector<std::string> notes;                            // sets that it names without need
  std::vector<std::pair<std::string, std::string>> removed;  // labels with the tags of their sets; sources without
  ResolvedAtom resolved;
  std::vector<RemoteCost> remotes;
};

// A set stays in the manifest, because it also decides which versions the dependencies of dependencies have. Throws
// Kind::usage for what the manifest does not name, or what is its composer, and what choose_versions() throws.
coro::Task<RemoveReport> remove(Context& context, RemoveRequest request);

}  // namespace eka::engine
