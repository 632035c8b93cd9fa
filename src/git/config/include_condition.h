// The conditions of conditional includes, [includeIf "<condition>"], as in git-config(1).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eka::git {

// The repository for which a configuration is read.
struct IncludeContext {
  std::filesystem::path git_directory;   // without symbolic links
  std::filesystem::path as_named;        // the same, as it was reached
  std::string branch;                    // the short name of HEAD; empty if it is detached
  std::vector<std::string> remote_urls;  // for hasconfig:remote.*.url
};

// Whether `condition` applies: gitdir:, gitdir/i:, onbranch: and hasconfig:remote.*.url:. Other conditions, and all
// without a repository, do not. `file` contains the include.
bool include_applies(std::string_view condition, const std::filesystem::path& file, const IncludeContext* repository);

// Git's wildmatch() with WM_PATHNAME: "*" and "?" do not match "/", "**" between slashes matches any directories.
bool path_matches(std::string_view pattern, std::string_view text);

}  // namespace eka::git
