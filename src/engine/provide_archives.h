// Archives that a build fetches and unpacks (`nix+src` with `unpack`), put into the real store before the build.
//
// Nix can fetch such a thing without any program of an atom only where it is a NAR (<nix/fetchurl.nix>); a tarball it
// cannot unpack by itself. But the derivation has a fixed output, whose path follows from the hash in the lock: once it
// is valid, nothing is built for it.
#pragma once

#include <vector>

#include "atom/lock.h"
#include "engine/parts.h"

namespace eka::engine {

// Those of a lock.
std::vector<atom::LockedDirect> archives_of(const atom::Lock& lock);

// Fetches, checks and unpacks what the store lacks, all at once; what the cache has is not fetched. Throws as
// Sources::bring() does, and Kind::failure when the store does not take them.
coro::Task<> provide_archives(Parts& parts, std::vector<atom::LockedDirect> archives);

}  // namespace eka::engine
