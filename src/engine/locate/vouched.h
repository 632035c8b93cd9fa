// The revisions of versions that the remote at one URL reported in earlier runs.
//
// A remote is trusted only about itself: its statements are stored by the URL at which it was reached (after
// insteadOf), and are not used for another URL, whatever genesis that one claims.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/context/remotes.h"
#include "engine/locate/offer.h"

namespace eka::engine {

// The stored versions of these labels, and which of them were yanked when the remote was last asked; nothing if no
// genesis is stored. Their objects may be missing. Manifests and origins are not stored.
std::optional<SetOffer> remembered_offer(Context& context, const Remotes& remotes, const atom::Url& url,
                                         const std::set<atom::Label>& labels);

// The labels of all stored versions; empty if no genesis is stored. Takes time in proportion to all that is stored.
std::set<atom::Label> remembered_labels(Context& context, const Remotes& remotes, const atom::Url& url);

// As remembered_offer(), limited to what is complete in the cache: used by offline runs. Kind::offline if nothing is
// stored.
coro::Task<SetOffer> offline_offer(Context& context, const Remotes& remotes, atom::Url url,
                                   std::set<atom::Label> labels);

// Stores what the remote has just reported. Kind::integrity, and nothing is stored, if it reported another revision in
// an earlier run.
Result<void> remember_vouched(Context& context, const Remotes& remotes, const atom::Url& url,
                              const std::vector<Published>& atoms);

// Stores which versions the remote has just reported as yanked, in answer to a query for refs with `prefixes` (in
// ascending order), in place of what was stored about the labels that the query covers.
void remember_yanked(Context& context, const Remotes& remotes, const atom::Url& url,
                     const std::vector<std::string>& prefixes, const SetOffer& offer);

// Those of `urls` that have reported this revision for this version.
std::vector<atom::Url> vouchers(Context& context, const Remotes& remotes, const std::vector<atom::Url>& urls,
                                const Published& atom);

}  // namespace eka::engine
