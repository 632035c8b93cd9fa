// Which atoms of a set need which others of it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "atom/names/label.h"

namespace eka::engine {

// The atoms of its own set that an atom needs: those that its manifest takes from `::`, and those of `set` that its
// lock pins.
std::set<atom::Label> needs_of(const atom::Manifest& manifest, const std::optional<atom::Lock>& lock,
                               const atom::ObjectId& set);

using Needs = std::map<atom::Label, std::set<atom::Label>>;

// The keys of `needs`, each after those it needs, directly or through others; otherwise in the order of labels. The
// members of a cycle are in some fixed order.
std::vector<atom::Label> in_dependency_order(const Needs& needs);

// The shortest way from `start` through atoms that need one another back to `start`, without the end; empty if none.
std::vector<atom::Label> cycle_through(const Needs& needs, const atom::Label& start);

}  // namespace eka::engine
