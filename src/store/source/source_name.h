// What sources that are no atoms are called in the cache: by what their content is, so that a name says it all.
#pragma once

#include <string>

#include "atom/hash/nar_hash.h"
#include "atom/hash/object_id.h"

namespace eka::store {

// The tree of a revision; the tree with this NAR.
inline std::string source_name(const atom::ObjectId& rev) {
  return "git-" + rev.hex();
}
inline std::string source_name(const atom::NarHash& hash) {
  return "nar-" + hash.hex();
}

}  // namespace eka::store
