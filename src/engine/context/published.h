// One published version of an atom: pinned by locks, and fetched.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/names/url.h"
#include "atom/version/version.h"

namespace eka::engine {

struct Published {
  atom::ObjectId set;  // the genesis
  atom::Label label;
  atom::Version version;
  atom::ObjectId rev;

  std::string str() const { return label.str() + " " + version.str(); }
  friend auto operator<=>(const Published&, const Published&) = default;
};

// The URLs of each set, the preferred mirror first.
using Mirrors = std::map<atom::ObjectId, std::vector<atom::Url>>;

}  // namespace eka::engine
