// Overrides: for one run, a dependency is taken from another place than its set, such as a checkout on this machine.
//
// The place must belong to the same set: then the dependency keeps its id, and only its version and content differ. Its
// version must satisfy the requirements of the atoms that need it. Versions of other atoms are kept as in the lock
// where the overriding atom allows that. Nothing is written.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/plan/roots.h"
#include "engine/resolve/graph.h"

namespace eka::engine {

// An override that is used in the closure of an atom.
struct Overridden {
  Published atom;
  std::string from;  // as typed, redacted
};

class Overrides {
 public:
  // Finds, fetches and reads the overrides of all items, each once. Throws the first error.
  static coro::Task<Overrides> find(Context& context, const std::vector<Wanted>& items);

  // complete_lock() for the root of an item, with those of its overrides that apply. Returns those that are used, and
  // tells the user of each, once. All arguments must outlive the call.
  coro::Task<std::vector<Overridden>> complete(Context& context, const Wanted& item, Root& root, Times& times);
  // Tells the user which of the items' overrides were not used for any of them.
  void tell_unused(Context& context, const std::vector<Wanted>& items);

 private:
  std::vector<const Replacement*> for_atom(const Wanted& item, const ReadAtom& atom) const;

  std::map<std::string, Replacement> found_;  // by how they were typed
  std::set<std::string> told_;
};

}  // namespace eka::engine
