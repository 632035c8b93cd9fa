// Cached evaluations: a derivation by the key of everything that determines it (evaluation_key.h). Any change gives
// another key, so a wrong hit cannot occur. A hit counts only while its derivation is valid in the store; roots protect
// it from Nix's garbage collector. What this machine has not evaluated may be in a remote cache (share/evaluations.h).
//
// Safe with concurrent processes: the database keeps one value per key, and equal keys have equal values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/closure/closure.h"
#include "engine/context/context.h"
#include "engine/share/evaluations.h"
#include "engine/share/recalled.h"
#include "eval/evaluator.h"

namespace eka::engine {

// The mirrors of all sets, redacted.
std::vector<std::string> mirrors_in(const atom::Lock& lock);

// The entries of `lock` that are checked before a remembered plan is shown, and that a build needs: sets on this
// machine, local sources and archives. The result is a valid lock, whose size does not depend on the number of atoms;
// nothing if there are no such entries, as in most locks.
std::optional<atom::Lock> outline(const atom::Lock& lock);

// The key of an atom whose tree pins its evaluation, whether it does or not: only evaluations of atoms that are pinned
// in this way are cached under it.
std::string evaluation_digest(Context& context, const Published& unread, const atom::ObjectId& tree);
// The key from the lock alone; nothing if it depends on the closure, which must be fetched first.
std::optional<std::string> evaluation_digest(Context& context, const ReadAtom& root);
std::string evaluation_digest(Context& context, const ReadAtom& root, const Closure& closure);

// In the order of `digests`; nothing if there is no such evaluation, or if its derivation no longer exists.
coro::Task<std::vector<std::optional<Recalled>>> recall(Context& context, std::vector<std::string> digests);
// Adds what another machine has evaluated to the Nix store and the cache. In the order of `digests`; nothing for one
// whose derivation the store does not accept.
coro::Task<std::vector<std::optional<Recalled>>> adopt(Context& context, std::vector<std::string> digests,
                                                       Pulled pulled);
void remember(Context& context, const std::string& digest, const Recalled& evaluation);

// Creates garbage collector roots for `paths`, which need not be valid yet, unless disabled in the settings. A failure
// is a note, not an error.
coro::Task<> keep(Context& context, std::vector<std::string> paths);

}  // namespace eka::engine
