// What a set offers: its genesis, and the published versions of its atoms, as its refs say.
#pragma once

#include <map>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/names/url.h"
#include "atom/version/version.h"
#include "engine/context/context.h"
#include "git/remote/remote.h"

namespace eka::engine {

struct SetOffer {
  using Objects = std::map<atom::Label, std::map<atom::Version, atom::ObjectId>>;
  atom::ObjectId genesis;
  Objects atoms{};      // the atom commits
  Objects manifests{};  // the blobs of their atom.toml, where they are named
  Objects origins{};    // the source commits they were published from, where they are named
};

// Refs under our prefixes that are no label or no version are not ours to judge: they name no atom. Kind::remote when
// the init ref is missing: `url` is no set.
SetOffer read_offer(const atom::Url& url, const std::vector<git::Ref>& refs);

// Everything, with one ref query. Cost follows the size of the set: a plan queries only the labels that it needs.
coro::Task<SetOffer> whole_offer(Context& context, atom::Url url);

}  // namespace eka::engine
