// Archives that a build fetches and unpacks (`nix+src` with `unpack`), put into the real store before the build.
//
// Nix can fetch such a thing without any program of an atom only where it is a NAR (<nix/fetchurl.nix>); a tarball it
// cannot unpack by itself. But the derivation has a fixed output, whose path follows from the hash in the lock: once it
// is valid, nothing is built for it.
#pragma once

#include <optional>
#include <vector>

#include "atom/lock/lock.h"
#include "engine/context/context.h"
#include "engine/fetch/closure.h"

namespace eka::engine {

// Those of a lock, which with format 0 are those of the whole closure; and those of a closure, where every atom's own
// lock decides (format 1).
std::vector<atom::LockedDirect> archives_of(const atom::Lock& lock);
std::vector<atom::LockedDirect> archives_of(const Closure& closure);

// Fetches, checks and unpacks what the store lacks, all at once; what the cache has is not fetched. One that fails
// stops no other. Returns the first failure: as Sources::fetch() throws, and Kind::failure when the store refuses it.
coro::Task<std::optional<Error>> provide_archives(Context& context, std::vector<atom::LockedDirect> archives);

}  // namespace eka::engine
