// Whether a repository on this machine is trusted, by git's rule `safe.directory`.
//
// The owner of a repository decides which programs git runs in it, and its objects and refs. It is trusted if its
// git directory, the root of its working tree and the `.git` file between them, where there is one, all belong to this
// user (base/owner.h), or if `safe.directory` names it: in the system's configuration, in the user's or in
// GIT_CONFIG_COUNT, never in the repository's own. Entries are paths ("~" is the home directory, a final "/*" means
// everything below), "*" means every repository, and an empty entry drops those before it.
//
// Everything here blocks: call it on the pool, or before there is one.
#pragma once

#include <filesystem>
#include <optional>

#include "base/error.h"

namespace eka::git {

struct RepositoryPlace {
  std::filesystem::path git_directory;                // without links on the way
  std::optional<std::filesystem::path> working_tree;  // nothing for a bare repository
  std::optional<std::filesystem::path> git_link;      // the `.git` of the working tree, where that is no directory

  // By which `safe.directory` names it.
  const std::filesystem::path& name() const { return working_tree ? *working_tree : git_directory; }
};

// The repository that `start` lies in, looked for upwards as git does.
std::optional<RepositoryPlace> find_repository(const std::filesystem::path& start);
// The repository whose working tree or git directory is `directory` itself.
std::optional<RepositoryPlace> repository_at(const std::filesystem::path& directory);

// The working tree that a git directory belongs to, whatever its configuration says (core.worktree); nothing for a bare
// repository.
std::optional<std::filesystem::path> working_tree_of(const std::filesystem::path& git_directory);

// Reads git's configuration only where the owner alone does not decide. Throws Kind::usage when it cannot be read.
bool is_trusted(const RepositoryPlace& place);
// Throws `kind` for one that is not, with what to do.
void check_trusted(const RepositoryPlace& place, Kind kind);

}  // namespace eka::git
