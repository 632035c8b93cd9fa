// Whether eka can read a local repository, according to its configuration: the version and the extensions of its
// format.
#pragma once

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "git/config/safe_directory.h"

namespace eka::git {

struct RepositoryFormat {
  bool worktree_config = false;     // `config.worktree` of the git directory applies, too
  bool partial = false;             // a partial clone: objects may be missing, and git fetches them on demand
  std::optional<Error> unreadable;  // Kind::usage: object ids with SHA-256, refs in a reftable, an unknown version or
                                    // extension, which it names
};

// Reads the repository's own configuration, without includes. Blocks.
RepositoryFormat read_format(const RepositoryPlace& place);
// The same; throws `kind` if eka cannot read the repository.
RepositoryFormat check_format(const RepositoryPlace& place, Kind kind);

// Where the parts are that all worktrees of a repository share: its `config`, objects and refs.
std::filesystem::path common_directory(const std::filesystem::path& git_directory);

}  // namespace eka::git
