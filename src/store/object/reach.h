// Everything that a tree reaches, as a set of ids.
#pragma once

#include <unordered_set>

#include "atom/hash/object_id.h"
#include "store/object/objects.h"

namespace eka::store {

// Adds the ids of the tree `root` and of all below it. Trees that are in the set already are not entered. Throws
// Kind::integrity when a tree is missing or damaged; blobs are not looked at.
void add_reachable(Objects& objects, const atom::ObjectId& root, std::unordered_set<atom::ObjectId>& ids);

}  // namespace eka::store
