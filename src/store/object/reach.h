// The ids of all objects reachable from a tree.
#pragma once

#include <unordered_set>

#include "atom/hash/object_id.h"
#include "store/object/objects.h"

namespace eka::store {

// Adds the ids of the tree `root` and everything below it. Trees already in the set are not entered. Throws
// Kind::integrity if a tree is missing or damaged; blobs are not checked.
void add_reachable(Objects& objects, const atom::ObjectId& root, std::unordered_set<atom::ObjectId>& ids);

}  // namespace eka::store
