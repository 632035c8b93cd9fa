// A closure: one atom, everything it needs, and which of its dependencies each atom sees under which name.
//
// Who decides (protocol §6): with lock format 0 the lock of the planned atom decides every version of its closure; with
// format 1 each atom's own lock decides for its direct dependencies, recursively. Either way the *names* under which
// an atom sees its dependencies are those of its own manifest.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "atom/lock.h"
#include "atom/manifest.h"
#include "engine/fetcher.h"
#include "engine/published.h"

namespace eka::engine {

// An atom whose objects are in the cache, read.
struct ReadAtom {
  Published published;
  atom::ObjectId tree;
  atom::Manifest manifest;
  std::optional<atom::Lock> lock;
};

struct Closure {
  using Index = std::size_t;
  struct Member {
    Published published;
    atom::ObjectId tree;
    atom::Manifest manifest;
    std::vector<Index> may_see;  // the members that its lock binds it to
    // The result of link():
    std::optional<Index> composer;
    std::map<atom::Tag, std::map<atom::Label, Index>> dependencies;
  };
  std::vector<Member> members;  // the planned atom first
  Mirrors mirrors;              // of every set that it names
};

// The atom at a revision that is in the cache. Kind::integrity when its manifest is not the manifest of that atom.
coro::Task<ReadAtom> read_atom(Parts& parts, Published published);

// Fetches what `root` needs and links it. `root_url` is where the root was found: its "::".
coro::Task<Closure> bring_closure(Parts& parts, Remotes& remotes, Fetcher& fetcher, ReadAtom root, atom::Url root_url);

// Sets composer and dependencies of every member from its manifest and what it may see. Pure. Kind::unsatisfiable when
// the lock binds nothing that the manifest asks for: the lock is older than the manifest.
Result<void> link(Closure& closure);

// Refused before anything is fetched: direct sources (not supported yet), and a mirror on this disk that is named by an
// atom that came over a network.
Result<void> check_lock(const ReadAtom& atom, const atom::Url& found_at);

}  // namespace eka::engine
