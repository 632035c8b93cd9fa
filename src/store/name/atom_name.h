// What refs of the cache say about atoms.
#pragma once

#include <string>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/names/url.h"
#include "atom/version/version.h"

namespace eka::store {

// One revision of an atom that is in the cache.
struct CachedAtom {
  atom::Version version;
  atom::ObjectId rev;
};

// A revision, and what its commit says it is.
struct AtomName {
  atom::Label label;
  atom::Version version;
  atom::ObjectId rev;
};

// Who delivered an atom, as one component of the path of a ref.
class Giver {
 public:
  // `reached_at`: the URL that was asked, after insteadOf.
  static Giver remote(const atom::Url& reached_at);
  static Giver working_tree() { return Giver("working-tree"); }
  // The run that received the atom ended before it was recorded.
  static Giver unknown() { return Giver("unknown"); }

  const std::string& str() const { return key_; }
  friend auto operator<=>(const Giver&, const Giver&) = default;

 private:
  explicit Giver(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace eka::store
