// A repository from which atoms are published, read at a commit: the user's own, or the objects that a remote provides.
//
// Blocks (libgit2); call it on the pool. Never changes the working tree, the index, branches or the configuration;
// write_commit() adds one loose object and no ref.
#pragma once

#include <cstdint>
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

// The parts of a tree entry that publishing needs.
struct SourceEntry {
  atom::ObjectId id;
  bool is_tree = false;
};

// A file of a tree: a blob, a symlink or a submodule.
struct SourceFile {
  std::string path;        // from the tree, separated by "/"
  std::uint32_t mode = 0;  // as in git's trees
  atom::ObjectId id;
};

// Opens the repository that contains `start`. Throws Kind::usage if there is none, if it is not trusted
// (safe_directory.h), or if its format is not supported (repository_format.h).
RepositoryHandle open_trusted(const std::filesystem::path& start);

class SourceRepository {
 public:
  // The repository that contains `start`, opened by open_trusted().
  static SourceRepository discover(const std::filesystem::path& start);
  // The bare repository at `directory`, which eka itself created: its owner is not checked.
  static SourceRepository at(const std::filesystem::path& directory);

  const std::filesystem::path& git_directory() const { return git_directory_; }
  std::filesystem::path objects_directory() const;
  // Where git discovers this repository: the directory that contains `.git`, or the bare repository.
  const std::filesystem::path& directory() const { return directory_; }
  // The root of the working tree; nullopt for a bare repository.
  const std::optional<std::filesystem::path>& working_tree() const { return working_tree_; }

  // The commit that `revspec` names ("HEAD", "v1.0~2", an id). Throws Kind::usage if there is none.
  atom::ObjectId commit(const std::string& revspec) const;
  // The commit of HEAD; nullopt if HEAD has no commit yet.
  std::optional<atom::ObjectId> head() const;

  // The branch that HEAD names; nullopt if HEAD is detached.
  std::optional<std::string> branch() const;

  // The root commit with the oldest commit time among those that `from` descends from; the smaller id breaks a tie.
  // Walks the whole history. A shallow clone does not have it: there, what its ref refs/ekala/init names, or nullopt.
  std::optional<atom::ObjectId> genesis(const atom::ObjectId& from) const;
  // The elements of `commits` that are `ancestor` or descend from it. Walks their whole history, once; a parent that is
  // not in the repository ends a line of history.
  std::set<atom::ObjectId> descendants(const std::vector<atom::ObjectId>& commits,
                                       const atom::ObjectId& ancestor) const;

  atom::ObjectId tree_of(const atom::ObjectId& commit) const;
  // The entry at `path` (separated by "/"; "" or "." is the tree itself) in the tree of `commit`.
  std::optional<SourceEntry> entry(const atom::ObjectId& commit, std::string_view path) const;
  std::optional<std::string> file(const atom::ObjectId& commit, std::string_view path) const;
  // The same for a tree id, which need not be that of a commit.
  std::optional<SourceEntry> entry_of_tree(const atom::ObjectId& tree, std::string_view path) const;
  std::optional<std::string> file_of_tree(const atom::ObjectId& tree, std::string_view path) const;

  // All files below a tree.
  std::vector<SourceFile> files_of_tree(const atom::ObjectId& tree) const;

  // The directories ("" for the root) in the tree of `commit` that contain a file `name`. Each distinct tree is
  // examined once: of several directories with equal content only one is returned.
  std::vector<std::string> directories_with(const atom::ObjectId& commit, const std::string& name) const;

  bool has(const atom::ObjectId& id) const;
  // The content of a commit object; nullopt if there is no such commit.
  std::optional<std::string> commit_text(const atom::ObjectId& id) const;
  // Adds a commit object, or a blob, with exactly this content.
  atom::ObjectId write_commit(const std::string& text) const;
  atom::ObjectId write_blob(const std::string& text) const;

  // The URL of a configured remote, for pushing; nullopt if there is none. insteadOf is not applied.
  std::optional<std::string> remote_url(const std::string& name) const;

 private:
  atom::ObjectId write(const std::string& content, git_object_t type) const;

  SourceRepository(RepositoryHandle repository, std::filesystem::path directory);

  Libgit2 library_;
  RepositoryHandle repository_;
  std::filesystem::path directory_;
  std::filesystem::path git_directory_;
  std::optional<std::filesystem::path> working_tree_;
};

}  // namespace eka::git
