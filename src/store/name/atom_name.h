// Values in the cache's refs of atoms.
#pragma once

#include <string>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/names/url.h"
#include "atom/version/version.h"

namespace eka::store {

// A cached revision of an atom.
struct CachedAtom {
  atom::Version version;
  atom::ObjectId rev;
};

// A revision, with the label and version from its commit.
struct AtomName {
  atom::Label label;
  atom::Version version;
  atom::ObjectId rev;
};

// The origin that delivered an atom, as one component of a ref name.
class Giver {
 public:
  // `reached_at`: the URL that was contacted, after insteadOf.
  static Giver remote(const atom::Url& reached_at);
  static Giver working_tree() { return Giver("working-tree"); }
  // For atoms whose run ended before the giver was recorded.
  static Giver unknown() { return Giver("unknown"); }

  const std::string& str() const { return key_; }
  friend auto operator<=>(const Giver&, const Giver&) = default;

 private:
  explicit Giver(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace eka::store
