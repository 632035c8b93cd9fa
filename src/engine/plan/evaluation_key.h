// Everything that determines an evaluation: two evaluations with the same key have the same result.
//
// The key is BLAKE3 over the canonical JSON of EvaluationKey. The planned atom's tree contains its code. Its other
// inputs are pinned in one of two ways:
//
//   by its tree     with lock format 0, the lock in its tree names the revision of every atom and the hash of every
//                   source of the closure. It is known before the lock is read.
//   by its lock     the same, if this run chose the versions of the lock or changed them: its text is the pin.
//   by its closure  with format 1, each atom's own lock determines its dependencies, so that only the whole closure
//                   determines the revisions, and which atom sees which.
#pragma once

#include <optional>
#include <string>

#include "atom/json/json.h"
#include "engine/closure/closure.h"

namespace eka::engine {

struct EvaluationKey {
  atom::Json configuration;  // passed to atoms as `config`
  std::string set, label;    // of the planned atom: they appear in messages and names
  std::string tree;          // its root, which contains its code
  atom::Json pins;           // one of those below
  std::string expressions;   // digest of nix/
  std::string nix_version;
  std::string store_directory;
  std::string sandbox{};  // empty for the strict one
  bool meta = false;      // the result contains the attribute `meta`

  std::string digest() const;  // hex
};

atom::Json pinned_by_tree();
// By its tree or its lock; nothing if the lock does not pin the whole closure (format 1, or revisions are missing).
std::optional<atom::Json> pinned_by_lock(const ReadAtom& root);
atom::Json pinned_by_closure(const Closure& closure);

}  // namespace eka::engine
