// Bringing the locks of a working tree in line with its manifests.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/lock/lock.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"

namespace eka::engine {

struct ResolveRequest {
  std::filesystem::path directory;  // where the names are meant
  std::vector<std::string> atoms;   // directories or labels; none: the atom that `directory` lies in
  bool all = false;
  bool fresh = false;   // the highest of everything
  bool locked = false;  // nothing may change
};

struct ResolvedAtom {
  atom::Label label;
  std::string name;  // its directory in the set
  std::filesystem::path lock_file;
  atom::Lock lock;
  std::vector<std::string> changes;  // one line each; empty: the lock was in line, and nothing was written
};

struct ResolveReport {
  std::vector<std::string> names;  // of what was asked for
  std::vector<Result<ResolvedAtom>> atoms;
  std::vector<RemoteCost> remotes;
};

// Keeps locked versions that still satisfy; a lock that need not change is not written. One atom that fails stops no
// other. With `locked` a lock that would change is Kind::failure, its changes told, and nothing is written. Throws what
// concerns all (no such atom, no set).
coro::Task<ResolveReport> resolve(Context& context, ResolveRequest request);

// What is other in `now`, for people: a line for each atom and source.
std::vector<std::string> lock_changes(const std::optional<atom::Lock>& before, const atom::Lock& now);

}  // namespace eka::engine
