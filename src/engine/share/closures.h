// Closures and files in a remote cache that many machines share (store/remote/remote_cache.h).
//
// A closure is a git bundle of an atom with all its dependencies, by the revision of the atom; a file is a blob by its
// SHA-256. Both are content: what does not match its id or hash is not used, so no signature is needed. Never fails:
// what the cache does not have, or does not deliver, is fetched from its remotes.
#pragma once

#include <vector>

#include "atom/hash/nar_hash.h"
#include "atom/hash/object_id.h"
#include "engine/context/context.h"

namespace eka::engine {

// Gets the closure of the atom at `root` if any of `revs` is missing here. Whether the remote cache lacks it, although
// it is needed: then push_closure() stores it, if the user wants that (cache.push), once all `revs` are complete.
coro::Task<bool> pull_closure(Context& context, atom::ObjectId root, std::vector<atom::ObjectId> revs);
coro::Task<> push_closure(Context& context, atom::ObjectId root, std::vector<atom::ObjectId> revs);

// The same for a file among the sources.
coro::Task<> pull_file(Context& context, atom::NarHash hash);
coro::Task<> push_file(Context& context, atom::NarHash hash);

}  // namespace eka::engine
