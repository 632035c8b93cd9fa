// What a world has published so far, and the locks that follow from it.
//
// This is no solver: of each atom the highest version that satisfies the first who asks is taken, and a world whose
// description would need more than that is refused.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/lock/lock.h"
#include "atom/names/atom_id.h"
#include "atom/names/label.h"
#include "atom/version/version.h"
#include "world/description.h"

namespace eka::world {

struct Publication {
  std::string set;
  atom::Label label;
  atom::AtomId id;
  atom::Version version;
  atom::ObjectId rev;
  std::vector<Need> needs;  // the composer among them
};

struct SetFacts {
  atom::ObjectId genesis;
  std::string url;
};

class Registry {
 public:
  void add_set(const std::string& name, SetFacts facts) { sets_.insert_or_assign(name, std::move(facts)); }
  void add(Publication publication);

  // The lock of a release of `set` that is about to be published.
  atom::Lock lock(const std::string& set, const Release& release) const;

 private:
  const Publication& highest(const Need& need) const;

  std::map<std::string, SetFacts> sets_;
  std::map<std::pair<std::string, std::string>, std::vector<Publication>> atoms_;
};

// All that a release asks for, its composer first.
std::vector<Need> needs_of(const Release& release);

}  // namespace eka::world
