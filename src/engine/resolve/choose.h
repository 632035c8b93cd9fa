// Choosing versions: from a manifest to the closed lock that satisfies it, over the whole transitive graph.
//
//   meet       the remotes of the manifest, and of what is remembered of earlier runs      one ref query for each
//   foresee    where nothing is remembered, the locks of what the manifest names tell of the levels below
//   (speculation.h) solve      with what is known; what is missing is brought, level by level               (graph.h)
//   lock       versions, sets with their mirrors, who needs whom; then direct sources, all at once
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/fetch/cache_delivery.h"
#include "engine/fetch/fetcher.h"
#include "engine/fetch/sources.h"
#include "engine/resolve/graph.h"
#include "engine/resolve/sets.h"

namespace eka::engine {

struct VersionProblem {
  atom::ObjectId set;  // the atom's own
  atom::Manifest manifest;
  std::string file;                   // how explanations call it: "server/atom.toml"
  std::optional<atom::Lock> locked;   // its versions are kept where they still satisfy, and its sources
  bool fresh = false;                 // take the highest of everything: `locked` only says what may be asked
  std::vector<atom::Url> own_places;  // where the atom's own set may be had
  std::optional<LocalSet> local;      // where it lies in a working tree

  // Where on this machine its manifest was read: in its working tree, or in a repository; nothing for one from
  // elsewhere.
  std::optional<std::filesystem::path> place(const Remotes& remotes) const;
};

// The same remotes give the same lock, whatever the network's timing. Throws Kind::unsatisfiable with the reasons when
// there is no solution; Kind::remote, integrity, offline where something that is needed cannot be told.
coro::Task<atom::Lock> choose_versions(Context& context, VersionProblem problem);

}  // namespace eka::engine
