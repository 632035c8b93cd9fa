// Which revision a version is, as the remote at one URL said in earlier runs.
//
// A remote is trusted about itself only: its statements are cached by the URL that it was reached at (after
// insteadOf), and answers no question about another URL, whatever genesis that one claims.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/context/remotes.h"
#include "engine/locate/offer.h"

namespace eka::engine {

// Of these labels; nothing when no genesis is remembered. Objects of what it names may be missing. Manifests and
// origins are not remembered.
std::optional<SetOffer> remembered_offer(Context& context, const Remotes& remotes, const atom::Url& url,
                                         const std::set<atom::Label>& labels);

// The same, of what is whole in the cache: the answer of a run that is offline. Kind::offline when nothing is known.
coro::Task<SetOffer> offline_offer(Context& context, const Remotes& remotes, atom::Url url,
                                   std::set<atom::Label> labels);

// Remembers what the remote has just said. Kind::integrity, and nothing is remembered, when it named another revision
// in an earlier run.
Result<void> remember_vouched(Context& context, const Remotes& remotes, const atom::Url& url,
                              const std::vector<Published>& atoms);

// Those of `urls` that have said that this version is this revision.
std::vector<atom::Url> vouchers(Context& context, const Remotes& remotes, const std::vector<atom::Url>& urls,
                                const Published& atom);

}  // namespace eka::engine
