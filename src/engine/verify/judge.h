// Is a published atom what its origin makes of it (protocol §3)? Pure but for reading objects.
//
// An atom commit is a function of its source, so all of it can be made again and compared: the tree must be the one
// that stands, in the origin commit, at the directory that its ekala.toml lists for this label; the origin must descend
// from the genesis of the set; the commit's text must be the one text that follows. And the refs beside it must say the
// same. Commits and trees suffice, with three small files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "engine/context/published.h"
#include "git/object/source_repository.h"

namespace eka::engine {

// One thing that is not as it must be. `what` is one of: ref, commit, origin, history, tree, revision, manifest, lock,
// set.
struct Difference {
  std::string what;
  std::string message;
};

// What the remote's refs say of one atom.
struct AtomRefs {
  std::optional<atom::ObjectId> atom, manifest, origin;
};

struct Verdict {
  std::optional<atom::ObjectId> origin;  // as the atom commit has it, else as the ref has it
  std::string directory;                 // of the atom in its origin, from the repository's root; empty for the root
  std::vector<Difference> differences;   // empty: verified
};

// What a commit that may be forged says of itself: read leniently, to be judged later.
struct CommitClaim {
  atom::ObjectId tree{};
  std::optional<atom::ObjectId> origin{};
};
std::optional<CommitClaim> read_claim(const std::string& commit_text);

// The packages that the sets of a commit list: their directories from the repository's root, in the order listed. The
// set is the ekala.toml at the root; where there is none, every one below counts.
struct ListedPackages {
  std::vector<std::string> set_files;    // paths
  std::vector<std::string> directories;  // empty as long as the files are not there to be read
  std::vector<std::string> problems;     // of a file that cannot be read
};
ListedPackages read_listed(const git::SourceRepository& evidence, const atom::ObjectId& origin);

// The directory among `listed` that holds `tree`.
std::optional<std::string> find_tree(const git::SourceRepository& evidence, const atom::ObjectId& origin,
                                     const ListedPackages& listed, const atom::ObjectId& tree);

// `descends`: the origin does, from the genesis of the set. Blobs that are missing are told as differences.
Verdict judge(const git::SourceRepository& evidence, const Published& atom, const AtomRefs& refs, bool descends);

}  // namespace eka::engine
