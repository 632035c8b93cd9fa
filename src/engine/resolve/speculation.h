// A look ahead where nothing is known yet: round trips saved.
//
// A graph unfolds level by level, each level two rounds of requests: which versions there are, and what they need. But
// what is published has, as a rule, a lock, which names the whole graph below it as it was then. So the atoms that a
// manifest names are brought whole (a plan needs them anyway), and everything that their locks name is asked for at
// once, and then the manifests of the versions that they were locked to and of the highest. However deep the graph is,
// that makes four rounds.
//
// Its content is not trusted: it fills the cache and the run's knowledge of remotes, where the solver finds what it
// would have asked for later. Failures are silent.
#pragma once

#include <vector>

#include "atom/lock/lock.h"
#include "engine/context/context.h"
#include "engine/fetch/fetcher.h"
#include "engine/resolve/graph.h"
#include "engine/resolve/sets.h"

namespace eka::engine {

coro::Task<> foresee(Context& context, std::vector<Graph::Likely> atoms);

// What the remotes that a lock names would be asked if its versions were chosen again.
void add_questions(const atom::Lock& lock, Questions& questions);

}  // namespace eka::engine
