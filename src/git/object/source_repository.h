// A repository that atoms are published from, read at one commit: the user's own, or what a remote shows of its own.
//
// Blocking (libgit2): call it on the pool. Nothing here touches the working tree, the index, a branch or the
// configuration; write_commit() adds one loose object and no ref.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "git/libgit2/libgit2.h"

namespace eka::git {

// An entry of a tree, as far as publishing cares.
struct SourceEntry {
  atom::ObjectId id;
  bool is_tree = false;
};

// Opens the repository that `start` lies in. Throws Kind::usage when it lies in none, or in one that is not trusted
// (safe_directory.h).
RepositoryHandle open_trusted(const std::filesystem::path& start);

class SourceRepository {
 public:
  // The repository that `start` lies in, as open_trusted().
  static SourceRepository discover(const std::filesystem::path& start);
  // The bare repository at `directory` itself, which is one of ours: its owner is not asked.
  static SourceRepository at(const std::filesystem::path& directory);

  const std::filesystem::path& git_directory() const { return git_directory_; }
  std::filesystem::path objects_directory() const;
  // Where git finds this repository by itself: the directory of its `.git`, or the bare repository.
  const std::filesystem::path& directory() const { return directory_; }
  // The root of the working tree; nothing for a bare repository.
  const std::optional<std::filesystem::path>& working_tree() const { return working_tree_; }

  // The commit that `revspec` names ("HEAD", "v1.0~2", an id). Kind::usage when it names none.
  atom::ObjectId commit(const std::string& revspec) const;
  // The same, but nothing when HEAD has no commit yet.
  std::optional<atom::ObjectId> head() const;

  // Of all root commits that `from` descends from, the one with the oldest commit time; the id breaks a tie.
  // Walks the whole history.
  atom::ObjectId genesis(const atom::ObjectId& from) const;
  // Those of `commits` that are `ancestor` or descend from it. Walks their whole history, once; a parent that the
  // repository does not have ends a line.
  std::set<atom::ObjectId> descendants(const std::vector<atom::ObjectId>& commits,
                                       const atom::ObjectId& ancestor) const;

  atom::ObjectId tree_of(const atom::ObjectId& commit) const;
  // What stands at `path` ("/"-separated; "" or "." is the tree itself) in the tree of `commit`.
  std::optional<SourceEntry> entry(const atom::ObjectId& commit, std::string_view path) const;
  std::optional<std::string> file(const atom::ObjectId& commit, std::string_view path) const;
  // The same by the id of the tree, which need not be a commit's.
  std::optional<SourceEntry> entry_of_tree(const atom::ObjectId& tree, std::string_view path) const;
  std::optional<std::string> file_of_tree(const atom::ObjectId& tree, std::string_view path) const;

  // The directories ("" for the root) of the tree of `commit` that hold a file `name`. Each distinct tree is looked at
  // once: of directories with equal content one is told.
  std::vector<std::string> directories_with(const atom::ObjectId& commit, const std::string& name) const;

  bool has(const atom::ObjectId& id) const;
  // The content of a commit object; nothing when there is no such commit.
  std::optional<std::string> commit_text(const atom::ObjectId& id) const;
  // Adds a commit object with exactly this content.
  atom::ObjectId write_commit(const std::string& text) const;

  // The url of a configured remote (url.<base>.insteadOf and pushurl applied by libgit2), or nothing.
  std::optional<std::string> remote_url(const std::string& name) const;

 private:
  SourceRepository(RepositoryHandle repository, std::filesystem::path directory);

  Libgit2 library_;
  RepositoryHandle repository_;
  std::filesystem::path directory_;
  std::filesystem::path git_directory_;
  std::optional<std::filesystem::path> working_tree_;
};

}  // namespace eka::git
