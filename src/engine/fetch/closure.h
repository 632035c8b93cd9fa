// A closure: one atom, everything it needs, and which of its dependencies each atom sees under which name.
//
// Who decides (protocol §6): with lock format 0 the lock of the planned atom decides every version of its closure; with
// format 1 each atom's own lock decides for its direct dependencies, recursively. Either way the *names* under which
// an atom sees its dependencies are those of its own manifest.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "engine/context/published.h"
#include "engine/fetch/fetcher.h"
#include "engine/fetch/sources.h"

namespace eka::engine {

// An atom whose objects are in the cache, read.
struct ReadAtom {
  Published published;
  atom::ObjectId tree;
  atom::Manifest manifest;
  std::optional<atom::Lock> lock;
  std::set<atom::ObjectId> entered{};  // revisions of its lock that this run took from the working tree around it
};

// A source of an atom that is no atom itself.
struct MemberSource {
  atom::LockedDirect locked;
  std::optional<FetchedSource> brought;  // nothing for "nix+src", which is fetched when it is built
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
    std::map<std::string, MemberSource> sources{};  // by name: those of its manifest, after link()
  };
  std::vector<Member> members;  // the planned atom first
  Mirrors mirrors;              // of every set that it names
};

// The atom at a revision that is in the cache. Kind::integrity when its manifest is not the manifest of that atom.
coro::Task<ReadAtom> read_atom(Context& context, Published published);
// Many, in their order, at the price of one; each fails alone.
coro::Task<std::vector<Result<ReadAtom>>> read_atoms(Context& context, std::vector<Published> atoms);

// Fetches what `root` needs and links it. `root_url` is where the root was found: its "::". Without `with_sources` only
// atoms are fetched.
coro::Task<Closure> fetch_closure(Context& context, ReadAtom root, atom::Url root_url, bool with_sources = true);

// Sets composer and dependencies of every member from its manifest and what it may see. Pure. Kind::unsatisfiable when
// the lock binds nothing that the manifest asks for, be it an atom or a source: the lock is older than the manifest.
Result<void> link(Closure& closure);

// Refused before anything is fetched: a mirror or a source on this disk that is named by an atom that came over a
// network, and a source at a relative path. `found_at` is where the atom was read, whatever set it claims to be of.
Result<void> check_lock(const ReadAtom& atom, const atom::Url& found_at);

// The same for a lock that was read on this machine, at `place` (a directory of a working tree, or a repository): there
// the user's consent decides (context/local_access.h). Throws Kind::usage.
coro::Task<> check_consent(Context& context, const atom::Lock& lock, std::filesystem::path place);

}  // namespace eka::engine
