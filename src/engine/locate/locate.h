// Selects the version of an atom for a URI, from its remote, or from the cache if that is sufficient.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "atom/names/uri.h"
#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/context/remotes.h"
#include "engine/locate/offer.h"

namespace eka::engine {

// One ref query for all URIs of one remote: the versions of their labels, and the set's genesis. Selects the highest
// version that satisfies and is not yanked. No query is sent if every requirement is exact and this URL has answered it
// before (a published version never changes), or if the run is offline: then the cache is used, with a note. One result
// for each URI: Kind::unsatisfiable for no such atom or version, Kind::remote if it is not a set, Kind::integrity if a
// version had another revision at this URL before. Throws errors that concern all URIs.
coro::Task<std::vector<Result<Published>>> locate(Context& context, Remotes& remotes, atom::Url url,
                                                  std::vector<atom::AtomUri> uris);

// The refs that say everything about these labels: versions, manifests, origins, yanks.
std::vector<std::string> prefixes_of(const std::set<atom::Label>& labels);
// What the remote offers among the refs with these prefixes, and its genesis: one ref query. The genesis is remembered,
// and which versions are yanked.
coro::Task<SetOffer> ask_offer(Context& context, Remotes& remotes, atom::Url url, std::vector<std::string> prefixes);

// The highest of `offered` that `requirement` matches; else an error that lists the offered versions.
Result<atom::Version> choose_version(const atom::Label& label, const atom::Requirement& requirement,
                                     const std::vector<atom::Version>& offered);

// The labels of all atoms at the remote, for hints. Costs one ref query; nothing if that fails, or offline.
coro::Task<std::vector<std::string>> offered_labels(Context& context, Remotes& remotes, atom::Url url);

// The version for a URI among all that its set offers. A yanked version has to be named exactly, or by its
// revision.
Result<Published> choose_published(const SetOffer& offer, const atom::AtomUri& uri);

}  // namespace eka::engine
