// Which objects a fetch brings: everything that its wants reach, read from a repository on this disk.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "atom/hash/object_id.h"
#include "git/libgit2/libgit2.h"
#include "git/wire/fetch_options.h"

namespace eka::git {

// Blocks: for the pool. The order is that of the walk, the same for the same wants: commits, then tags, trees and
// blobs. Throws Error(Kind::remote) for a want, or anything reached, that the repository lacks.
class ObjectWalk {
 public:
  // `depth` and `filter` as in FetchOptions; `shallow` are the commits whose parents the repository does not have
  // itself; `where` names it, for messages. `odb` must outlive the walk.
  ObjectWalk(git_odb* odb, std::uint32_t depth, Filter filter, std::set<atom::ObjectId> shallow, std::string where);

  void want(const atom::ObjectId& id);
  // What this commit's tree reaches stays away, but for what is wanted itself. To be called after the wants; a commit
  // that the repository lacks changes nothing.
  void have(const atom::ObjectId& commit);
  // All that was found. To be called once, last.
  std::vector<git_oid> finish();

 private:
  struct Commit {
    git_oid id;
    std::uint32_t generation;
  };
  Error broken(const git_oid& id, std::string_view what) const;
  OdbObjectHandle read(const git_oid& id, git_object_t type) const;
  bool is_new(const git_oid& id);
  void add_tag(const git_oid& id);
  void walk_commits();
  void walk_trees();

  git_odb* odb_;
  std::uint32_t depth_;
  Filter filter_;
  std::set<atom::ObjectId> shallow_;
  std::string where_;
  std::unordered_set<atom::ObjectId> seen_;
  std::vector<Commit> commits_;
  std::vector<git_oid> trees_;  // still to be read
  std::vector<git_oid> found_;
};

}  // namespace eka::git
