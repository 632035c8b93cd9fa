// Checks what the lock of an atom pins, before the atom is published. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "atom/names/label.h"
#include "base/error.h"
#include "engine/publish/set_at_remote.h"
#include "engine/publish/source.h"
#include "engine/workspace/needs.h"

namespace eka::engine {

// Why an atom cannot be published with its lock.
struct LockProblem {
  Error error;
  std::set<atom::Label> first{};  // atoms of the set that must be published before its lock can be updated
  bool can_resolve = true;        // resolving it again, after those, may help
};

// A lock that is missing, unreadable, or pins a revision that only this machine has: the state of a working tree, or a
// version of the set that its remote does not have. `now` is the remote, `after` as it will be after the push. The hint
// says in which order to publish.
std::optional<LockProblem> check_pins(const PublishSource& source, const SourceOfAtom& atom, const SetAtRemote& now,
                                      const SetAtRemote& after);

// Those of `labels` whose present content is not at the remote.
std::set<atom::Label> not_at(const SetAtRemote& remote, const PublishSource& source,
                             const std::set<atom::Label>& labels);

// The hint for an atom whose lock must be resolved again, after those of `needed` that `remote` lacks, and what they
// need, were published.
std::string how_to_resolve(const PublishSource& source, const SourceOfAtom& atom, const SetAtRemote& remote,
                           const std::set<atom::Label>& needed);

}  // namespace eka::engine
