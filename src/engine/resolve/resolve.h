// Updates the locks of a working tree to match its manifests.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/lock/lock.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/resolve/left_out.h"

namespace eka::engine {

struct ResolveRequest {
  std::filesystem::path directory;  // base of the names
  std::vector<std::string> atoms;   // directories or labels; empty: the atom that contains `directory`
  bool all = false;
  bool fresh = false;   // choose the highest versions
  bool locked = false;  // fail if a lock would change
};

struct ResolvedAtom {
  atom::Label label;
  std::string name;  // its directory in the set
  std::filesystem::path lock_file;
  atom::Lock lock;
  std::vector<std::string> changes;  // one line each; empty: the lock was up to date, and nothing was written
  std::vector<LeftOut> left_out;     // newer versions that satisfy all requirements, by atom
};

struct ResolveReport {
  std::vector<std::string> names;  // of the requested atoms
  std::vector<Result<ResolvedAtom>> atoms;
  std::vector<RemoteCost> remotes;
};

// Keeps locked versions that still satisfy; a lock that does not change is not written. An atom that fails does not
// affect the others. With `locked`, a lock that would change gives Kind::failure with its changes, and nothing is
// written. Throws errors that concern all atoms (no such atom, no set).
coro::Task<ResolveReport> resolve(Context& context, ResolveRequest request);

}  // namespace eka::engine
