// Checks whether a published atom matches its origin (protocol §3). Pure except for reading objects.
//
// An atom commit is a function of its source, so all of it can be recomputed and compared: the tree must be that of the
// directory that the origin commit's ekala.toml lists for this label; the origin must descend from the genesis of the
// set; the commit's text must be the computed one; and the refs next to it must agree. Commits and trees are
// sufficient, with three small files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "engine/context/published.h"
#include "git/object/source_repository.h"

namespace eka::engine {

// A difference from the expected state. `what` is one of: ref, commit, origin, history, tree, revision, manifest, lock,
// set.
struct Difference {
  std::string what;
  std::string message;
};

// The remote's refs for one atom.
struct AtomRefs {
  std::optional<atom::ObjectId> atom, manifest, origin;
};

struct Verdict {
  std::optional<atom::ObjectId> origin;  // from the atom commit, else from the ref
  std::string directory;                 // of the atom in its origin, from the repository's root; empty for the root
  std::vector<Difference> differences;   // empty: verified
};

// The claims of a commit that may be forged: parsed leniently, checked later.
struct CommitClaim {
  atom::ObjectId tree{};
  std::optional<atom::ObjectId> origin{};
};
std::optional<CommitClaim> read_claim(const std::string& commit_text);

// The packages that the sets of a commit list: their directories relative to the repository's root, in the order
// listed. The set is the ekala.toml at the root; if there is none, all those below are used.
struct ListedPackages {
  std::vector<std::string> set_files;    // paths
  std::vector<std::string> directories;  // empty while the files are not available
  std::vector<std::string> problems;     // of files that cannot be read
};
ListedPackages read_listed(const git::SourceRepository& evidence, const atom::ObjectId& origin);

// The directory among `listed` with the tree `tree`.
std::optional<std::string> find_tree(const git::SourceRepository& evidence, const atom::ObjectId& origin,
                                     const ListedPackages& listed, const atom::ObjectId& tree);

// `descends`: whether the origin descends from the genesis of the set. Missing blobs are reported as differences.
Verdict judge(const git::SourceRepository& evidence, const Published& atom, const AtomRefs& refs, bool descends);

}  // namespace eka::engine
