// Determines the objects of a fetch: everything reachable from its wants in a local repository.
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

// Blocks; call it on the pool. The order is deterministic: commits, then tags, trees and blobs. Throws
// Error(Kind::remote) if the repository lacks a want or a reachable object.
class ObjectWalk {
 public:
  // `depth` and `filter` as in FetchOptions; `shallow` are the commits at which the repository itself is shallow;
  // `where` is its name for messages. `odb` must outlive the walk.
  ObjectWalk(git_odb* odb, std::uint32_t depth, Filter filter, std::set<atom::ObjectId> shallow, std::string where);

  void want(const atom::ObjectId& id);
  // Excludes what the tree of this commit reaches, except for wants. Call after want(). No effect if the repository
  // lacks the commit.
  void have(const atom::ObjectId& commit);
  // Returns all objects found. Call once, last.
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
  std::vector<git_oid> trees_;  // not yet read
  std::vector<git_oid> found_;
};

}  // namespace eka::git
