// What decides an evaluation, all of it: two evaluations with one key have one result.
//
// The key is BLAKE3 over the canonical JSON of everything in EvaluationKey. The planned atom's tree holds its code.
// What else it reads is pinned in one of two ways:
//
//   by its lock     with lock format 0 the planned atom's lock names the revision of every atom and the hash of every
//                   source of the closure. This is known before anything of the closure is fetched.
//   by its closure  with format 1 each atom's own lock decides for its dependencies, so that only the whole closure
//                   says which revisions there are, and which atom sees which.
//
// A lock stands here by its text and not only within the tree, because an atom may have none in its tree and be given
// one for this run.
#pragma once

#include <optional>
#include <string>

#include "atom/json/json.h"
#include "engine/fetch/closure.h"

namespace eka::engine {

struct EvaluationKey {
  atom::Json configuration;  // what atoms are given as `config`
  std::string set, label;    // of the planned atom: they appear in messages and names
  std::string tree;          // its root, which holds its code
  atom::Json pins;           // pinned_by_lock() or pinned_by_closure()
  std::string expressions;   // digest of nix/
  std::string nix_version;
  std::string store_directory;

  std::string digest() const;  // hex
};

// Nothing when the lock does not pin the whole closure (format 1).
std::optional<atom::Json> pinned_by_lock(const ReadAtom& root);
atom::Json pinned_by_closure(const Closure& closure);

}  // namespace eka::engine
