// Which version of an atom does a URI mean? Asked of its remote, or of the cache where that is an answer.
#pragma once

#include <vector>

#include "atom/names/uri.h"
#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/context/remotes.h"
#include "engine/locate/offer.h"

namespace eka::engine {

// One ref query for all URIs of one remote: the versions of their labels, and the set's genesis. The highest version
// that satisfies is taken. No query at all is sent where every requirement is exact and this very URL has answered it
// before (a published version never changes), or when the run is offline: then the cache answers, and a note says so.
// One result for each URI: Kind::unsatisfiable for no such atom or version, Kind::remote for what is not a set,
// Kind::integrity for a version that was another revision at this URL before.
// Throws what concerns them all.
coro::Task<std::vector<Result<Published>>> locate(Context& context, Remotes& remotes, atom::Url url,
                                                  std::vector<atom::AtomUri> uris);

// The highest of `offered` that `requirement` matches; else an error that lists what there is.
Result<atom::Version> choose_version(const atom::Label& label, const atom::Requirement& requirement,
                                     const std::vector<atom::Version>& offered);

// What a URI means among all that its set offers.
Result<Published> choose_published(const SetOffer& offer, const atom::AtomUri& uri);

}  // namespace eka::engine
