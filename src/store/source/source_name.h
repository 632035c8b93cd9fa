// Names of sources in the cache that are not atoms: derived from their content.
#pragma once

#include <string>

#include "atom/hash/nar_hash.h"
#include "atom/hash/object_id.h"

namespace eka::store {

// For the tree of a revision; for the tree with this NAR hash.
inline std::string source_name(const atom::ObjectId& rev) {
  return "git-" + rev.hex();
}
inline std::string source_name(const atom::NarHash& hash) {
  return "nar-" + hash.hex();
}

}  // namespace eka::store
