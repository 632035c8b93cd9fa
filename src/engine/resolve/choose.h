// Chooses versions: from a manifest to the complete lock that satisfies it, over the whole transitive graph.
//
//   meet       query the remotes of the manifest and of earlier runs                     one ref query each
//   foresee    if there are no earlier runs, look ahead with the locks of dependencies   (speculation.h)
//   solve      with known facts; missing ones are fetched, level by level                (graph.h)
//   lock       versions, sets with their mirrors, dependencies; then direct sources, in parallel
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/fetch/cache_delivery.h"
#include "engine/fetch/fetcher.h"
#include "engine/fetch/sources.h"
#include "engine/locate/sets.h"
#include "engine/resolve/graph.h"
#include "engine/resolve/left_out.h"

namespace eka::engine {

struct VersionProblem {
  atom::ObjectId set;  // the atom's own
  atom::Manifest manifest;
  std::string file;                   // name in explanations: "server/atom.toml"
  std::optional<atom::Lock> locked;   // its versions and sources are kept if they still satisfy
  bool fresh = false;                 // choose the highest versions; `locked` is only used for queries
  std::vector<atom::Url> own_places;  // URLs of the atom's own set
  std::optional<LocalSet> local;      // if it is in a working tree
  bool fetch_follows = false;         // the same run fetches the direct sources
  // Of `locked`, the atoms that get their highest possible version, or this one, and own sources that are locked anew.
  // Everything else of the lock is kept, unless these versions do not allow it.
  std::map<std::pair<atom::ObjectId, atom::Label>, std::optional<atom::Version>> moved{};
  std::set<std::string> moved_sources{};
  bool atoms_only = false;              // the lock gets no direct sources
  std::vector<Replacement> replaced{};  // each is the only version of its atom

  // Where on this machine its manifest was read: a working tree, or a repository; nothing if it was fetched.
  std::optional<std::filesystem::path> place(const Remotes& remotes) const;
};

struct ChosenVersions {
  atom::Lock lock;
  // Versions that are newer than the chosen ones and satisfy all requirements, by atom.
  std::vector<LeftOut> left_out{};
};

// The same remotes give the same lock, whatever the network's timing. Throws Kind::unsatisfiable with the reasons if
// there is no solution; Kind::remote, integrity, offline if a required fact cannot be determined.
coro::Task<ChosenVersions> choose_versions(Context& context, VersionProblem problem);

}  // namespace eka::engine
