// Computes the NAR (Nix archive) of a git tree directly from its objects: the output of `nix-store --dump` for the
// materialized tree, without writing it to disk.
//
//   node: "(" "type" "regular" ["executable" ""] "contents" <bytes> ")"
//       | "(" "type" "symlink" "target" <bytes> ")"
//       | "(" "type" "directory" ("entry" "(" "name" <name> "node" node ")")* ")"
//
// Strings are a 64-bit little-endian length, the bytes, and zeros up to a multiple of eight. Entries are sorted by the
// bytes of their names, which is not git's order.
#pragma once

#include <functional>
#include <string_view>

#include "atom/hash/nar_hash.h"
#include "atom/hash/object_id.h"
#include "store/object/objects.h"

namespace eka::store {

// Passes the archive to `write` in pieces, on this thread. The tree must have passed a Surveyor.
void write_nar(Objects& objects, const atom::ObjectId& tree, const std::function<void(std::string_view)>& write);

atom::NarHash hash_nar(Objects& objects, const atom::ObjectId& tree);

}  // namespace eka::store
