// A closure: an atom, all its dependencies, and the names under which each atom sees its own.
//
// Versions (protocol §6): with lock format 0, the lock of the planned atom determines every version of its closure;
// with format 1, each atom's own lock determines those of its direct dependencies, recursively. In both cases the
// *names* under which an atom sees its dependencies are those of its own manifest.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atom/lock/lock.h"
#include "atom/manifest/manifest.h"
#include "engine/closure/read_atoms.h"
#include "engine/context/published.h"
#include "engine/fetch/fetcher.h"
#include "engine/fetch/sources.h"

namespace eka::engine {

// A source of an atom that is not an atom.
struct MemberSource {
  atom::LockedDirect locked;
  std::optional<FetchedSource> brought;  // nothing for "nix+src", which is fetched at build time
};

struct Closure {
  using Index = std::size_t;
  struct Member {
    Published published;
    atom::ObjectId tree;
    std::shared_ptr<const atom::Manifest> manifest;
    std::vector<Index> may_see;  // the members that its lock names as dependencies
    // The result of link():
    std::optional<Index> composer;
    std::map<atom::Tag, std::map<atom::Label, Index>> dependencies;
    std::map<std::string, MemberSource> sources{};  // by name; after link(), those of its manifest
  };
  std::vector<Member> members;  // the planned atom first
  Mirrors mirrors;              // of every set in the closure
  bool is_new = false;          // it was not complete, and the remote cache lacks it: share/closures.h
};

// Fetches the dependencies of `root` and links them. `root_url` is where the root was found: its "::". Without
// `with_sources`, only atoms are fetched.
coro::Task<Closure> fetch_closure(Context& context, ReadAtom root, atom::Url root_url, bool with_sources = true);

// The revisions of its members, in their order.
std::vector<atom::ObjectId> revisions_of(const Closure& closure);

// Sets composer and dependencies of every member from its manifest and `may_see`. Pure. Kind::unsatisfiable if the lock
// has no match for an atom or a source of the manifest: the lock is older than the manifest.
Result<void> link(Closure& closure);

// Called before anything is fetched. Rejects mirrors and sources on this disk if the atom was fetched from the network,
// and sources at relative paths. `found_at` is where the atom was read, whatever set it claims to belong to.
Result<void> check_lock(const ReadAtom& atom, const atom::Url& found_at);

// The same for a lock that was read on this machine, at `place` (a directory of a working tree, or a repository): local
// URLs need the user's consent (context/local_access.h). Throws Kind::usage.
coro::Task<> check_consent(Context& context, const atom::Lock& lock, std::filesystem::path place);

}  // namespace eka::engine
