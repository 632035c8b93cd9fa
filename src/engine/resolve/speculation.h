// Looks ahead if nothing is known yet, to save round trips.
//
// A graph unfolds level by level, with two rounds of requests per level: for versions, and for their dependencies. But
// published atoms usually have a lock, which contains the whole graph below them at that time. So the atoms that a
// manifest names are fetched completely (a plan needs them anyway), everything in their locks is queried at once, and
// then the manifests of the locked versions and of the highest ones are fetched. This takes four rounds, whatever the
// graph's depth.
//
// Nothing of it is trusted: it fills the cache and the run's answers from remotes, where the solver finds what it would
// have requested later. Failures are ignored.
#pragma once

#include <vector>

#include "atom/lock/lock.h"
#include "engine/context/context.h"
#include "engine/fetch/fetcher.h"
#include "engine/locate/sets.h"
#include "engine/resolve/graph.h"

namespace eka::engine {

coro::Task<> foresee(Context& context, std::vector<Graph::Likely> atoms);

// Adds the queries to the remotes in a lock that choosing its versions again would need.
void add_questions(const atom::Lock& lock, Questions& questions);

}  // namespace eka::engine
