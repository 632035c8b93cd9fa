// Copies a tree from another repository on this machine, for atoms of a commit that is not checked out.
#pragma once

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "store/object/objects.h"
#include "store/pack/new_objects.h"

namespace eka::store {

// Adds the tree and everything in it that `to`, the objects of `places`, lacks. Blocks; stops soon after `stop` is
// requested. Returns whether a pack was written. Throws Kind::integrity for an object that is missing or damaged in
// `from`, and for a tree that eka does not accept (object/tree.h), such as one with a submodule.
bool copy_tree(Objects& from, const atom::ObjectId& tree, Objects& to, NewObjects::Places places, coro::Stop stop);

}  // namespace eka::store
