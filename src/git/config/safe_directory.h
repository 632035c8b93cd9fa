// Whether a local repository is trusted, by git's rule `safe.directory`.
//
// The owner of a repository decides which programs git runs in it, and what its objects and refs are. A repository is
// trusted if its git directory, the root of its working tree and the `.git` file between them, if there is one, all
// belong to this user (base/owner.h), or if `safe.directory` contains it: in the configuration of the system, of the
// user or in GIT_CONFIG_COUNT, never in that of the repository. Entries are paths ("~" is the home directory, a final
// "/*" means everything below), "*" means all repositories, and an empty entry clears those before it.
//
// All functions block: call them on the pool, or before there is one.
#pragma once

#include <filesystem>
#include <optional>

#include "base/error.h"

namespace eka::git {

struct RepositoryPlace {
  std::filesystem::path git_directory;                // without symbolic links
  std::optional<std::filesystem::path> working_tree;  // nullopt for a bare repository
  std::optional<std::filesystem::path> git_link;      // the `.git` of the working tree, if it is not a directory

  // The path to use in `safe.directory`.
  const std::filesystem::path& name() const { return working_tree ? *working_tree : git_directory; }
};

// Finds the repository that contains `start`, searching upwards as git does.
std::optional<RepositoryPlace> find_repository(const std::filesystem::path& start);
// The repository whose working tree or git directory is `directory` itself.
std::optional<RepositoryPlace> repository_at(const std::filesystem::path& directory);

// The working tree that belongs to a git directory, ignoring its configuration (core.worktree); nullopt for a bare
// repository.
std::optional<std::filesystem::path> working_tree_of(const std::filesystem::path& git_directory);

// Reads git's configuration only if the owner is not sufficient. Throws Kind::usage if it cannot be read.
bool is_trusted(const RepositoryPlace& place);
// Throws `kind`, with a hint, if it is not trusted.
void check_trusted(const RepositoryPlace& place, Kind kind);

}  // namespace eka::git
