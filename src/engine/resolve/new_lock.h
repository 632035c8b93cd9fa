// Converts a solution to a lock (protocol §6).
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "atom/lock/lock.h"
#include "engine/fetch/sources.h"
#include "engine/resolve/graph.h"
#include "resolve/solver.h"

namespace eka::engine {

class NewLock {
 public:
  // `root` is the manifest that was resolved, of an atom of `own_set`; it and `graph` must outlive this. `local`: it
  // was read on this machine.
  NewLock(Graph& graph, const atom::Manifest& root, const atom::ObjectId& own_set, bool local,
          const resolve::Solved& solved);

  // The atoms, their sets, and the composer. A set gets the tag of the nearest manifest that names it, and the mirrors
  // in the chosen manifests, those that decide its versions first. Pure.
  atom::Lock atoms() const;

  // The direct sources of the root and of every chosen atom, placeholders substituted; `locked`, if any, is the old
  // lock. Kind::integrity for a source that is not allowed.
  std::vector<SourceRequest> sources(const std::optional<atom::Lock>& locked, bool fresh) const;

 private:
  using Key = std::pair<atom::ObjectId, atom::Label>;
  // The root, or a chosen atom.
  struct Member {
    const atom::Manifest* manifest;
    atom::ObjectId set;
    std::optional<atom::AtomId> id;  // nothing: the root
    bool local;                      // its manifest was read on this machine
  };

  std::vector<Member> breadth_first() const;
  std::vector<Key> named_by(const Member& member) const;
  void add_sets(const Member& member, atom::Lock& lock) const;
  void order_mirrors(atom::Lock& lock) const;
  atom::LockedComposer composer() const;
  std::string filled_url(const Member& member, const std::string& url) const;
  atom::DirectSource filled(const Member& member, atom::DirectSource source) const;

  Graph& graph_;
  Member root_;
  std::map<Key, resolve::Selected> chosen_;
};

}  // namespace eka::engine
