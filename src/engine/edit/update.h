// Updates some of the dependencies in the lock of an atom of the working tree; all others keep their versions.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/query/dependency_name.h"
#include "engine/resolve/resolve.h"

namespace eka::engine {

struct UpdateRequest {
  std::filesystem::path directory;      // of the atom, or one below it
  bool all = false;                     // in all atoms of the set that have the dependencies
  std::vector<DependencyName> updated;  // with the exact version they get, or the highest one; empty: everything
  bool dry_run = false;                 // write nothing
};

// The same report as for resolve(). A version of another dependency changes only if the updated ones need that. Throws
// Kind::usage for a dependency that no lock has, or if there is no lock; a result is Kind::unsatisfiable if the
// manifest or another atom does not allow a requested version.
coro::Task<ResolveReport> update(Context& context, UpdateRequest request);

}  // namespace eka::engine
