// The atoms published so far, and lock files based on them.
//
// This is not a solver: it selects the highest version of each atom that satisfies the first dependent, and rejects
// descriptions that would need more.
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
  std::vector<Need> needs;  // including the composer
};

struct SetFacts {
  atom::ObjectId genesis;
  std::string url;
};

class Registry {
 public:
  void add_set(const std::string& name, SetFacts facts) { sets_.insert_or_assign(name, std::move(facts)); }
  void add(Publication publication);

  // The lock file of a release of `set` before it is published.
  atom::Lock lock(const std::string& set, const Release& release) const;

 private:
  const Publication& highest(const Need& need) const;

  std::map<std::string, SetFacts> sets_;
  std::map<std::pair<std::string, std::string>, std::vector<Publication>> atoms_;
};

// All dependencies of a release, its composer first.
std::vector<Need> needs_of(const Release& release);

}  // namespace eka::world
