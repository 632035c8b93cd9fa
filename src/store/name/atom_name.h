// Names of atoms in the cache.
#pragma once

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/version/version.h"

namespace eka::store {

// A named atom in the cache.
struct CachedAtom {
  atom::Version version;
  atom::ObjectId rev;
};

struct AtomName {
  atom::Label label;
  atom::Version version;
  atom::ObjectId rev;
};

}  // namespace eka::store
