// The offer of a set: its genesis, and the published versions of its atoms, according to its refs.
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
  Objects manifests{};  // the blobs of their atom.toml, if listed
  Objects origins{};    // the source commits they were published from, if listed
};

// Refs under our prefixes without a valid label and version are ignored. Kind::remote if the init ref is missing: `url`
// is not a set.
SetOffer read_offer(const atom::Url& url, const std::vector<git::Ref>& refs);

// All versions, with one ref query. The cost grows with the size of the set: the pipeline queries only the labels it
// needs.
coro::Task<SetOffer> whole_offer(Context& context, atom::Url url);

}  // namespace eka::engine
