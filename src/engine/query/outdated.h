// Which dependencies in the locks of a working tree have newer versions.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/version/version.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/resolve/left_out.h"

namespace eka::engine {

struct OutdatedRequest {
  std::filesystem::path directory;
  std::vector<std::string> atoms;  // directories or labels; empty: the atom that contains `directory`
  bool all = false;
};

struct OutdatedAtom {
  atom::Label label;
  atom::ObjectId set;
  std::string tag;  // of the set, in the lock
  atom::Version locked;
  std::optional<atom::Version> update;  // what `eka update` would choose; nothing: it would remove the atom
  std::optional<atom::Version> latest;  // the highest one that is no pre-release, whatever the requirements are
  bool direct = false;                  // the manifest names it
  bool yanked = false;                  // the locked version was withdrawn
};
struct OutdatedSource {  // a direct source of the atom itself, fetched by git
  std::string name;
  std::string locked, update;  // a version, or a revision
};

struct OutdatedDependencies {
  std::string name;                 // directory of the atom
  std::vector<OutdatedAtom> atoms;  // by label, then set
  std::vector<OutdatedSource> sources;
  std::vector<LeftOut> left_out;  // newer versions that `eka update` could choose otherwise, by atom
};

struct OutdatedReport {
  std::vector<std::string> names;
  std::vector<Result<OutdatedDependencies>> atoms;  // one for each name
  std::vector<RemoteCost> remotes;
};

// Resolves each atom anew, and writes nothing. Atoms of the working tree have no newer versions. The latest version is
// asked for where the manifest says that the set is, and for a set that only dependencies name, where they do.
coro::Task<OutdatedReport> outdated(Context& context, OutdatedRequest request);

}  // namespace eka::engine
