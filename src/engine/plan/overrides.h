// Overrides: for one run, a dependency is taken from another place than its set, such as a checkout on this machine.
//
// The place must belong to the same set: then the dependency keeps its id, and only its version and content differ. Its
// version must satisfy the requirements of the atoms that need it. Versions of other atoms are kept as in the lock
// where the overriding atom allows that. Nothing is written.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/context/context.h"
#include "engine/plan/roots.h"
#include "engine/resolve/graph.h"

namespace eka::engine {

// An override that is used in a plan.
struct Overridden {
  atom::Label label;
  atom::Version version;
  std::string from;  // as typed, redacted
};

class Overrides {
 public:
  // Finds, fetches and reads the overrides of all items, each once. Throws the first error.
  static coro::Task<Overrides> find(Context& context, const std::vector<Wanted>& items);

  // Those of one item that apply to an atom: if it has a lock, at least one of them must be in it, else all are
  // returned. The addresses of the results stay valid.
  std::vector<const Replacement*> for_atom(const Wanted& item, const ReadAtom& atom) const;

  // Those that `lock` contains.
  static std::vector<Overridden> used(const std::vector<const Replacement*>& overrides, const atom::Lock& lock);

 private:
  std::map<std::string, Replacement> found_;  // by how they were typed
};

}  // namespace eka::engine
