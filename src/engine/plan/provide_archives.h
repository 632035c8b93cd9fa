// Adds archives that a build fetches and unpacks (`nix+src` with `unpack`) to the real store before the build.
//
// Without a program of an atom, Nix can unpack such an archive only if it is a NAR (<nix/fetchurl.nix>), not a tarball.
// But the derivation has a fixed output, whose path follows from the hash in the lock: once it is valid, it is not
// built.
#pragma once

#include <optional>
#include <vector>

#include "atom/lock/lock.h"
#include "engine/closure/closure.h"
#include "engine/context/context.h"

namespace eka::engine {

bool is_archive(const atom::LockedDirect& direct);

// The archives of a lock, with format 0 those of the whole closure; and the archives of a closure, for format 1, where
// each atom's own lock applies.
std::vector<atom::LockedDirect> archives_of(const atom::Lock& lock);
std::vector<atom::LockedDirect> archives_of(const Closure& closure);

// Fetches, verifies and unpacks what the store lacks, in parallel; cached archives are not fetched. A failure does not
// affect the others. Returns the first failure: an error of Sources::fetch(), or Kind::failure if the store rejects
// one.
coro::Task<std::optional<Error>> provide_archives(Context& context, std::vector<atom::LockedDirect> archives);

}  // namespace eka::engine
