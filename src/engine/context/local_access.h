// What of this machine a package set on it may use.
//
// The files of a working tree are its own. Any other file may be a secret, and what becomes a source is copied into the
// Nix store, where every user can read it. So a raw file (`url`, `tar`, `build`) outside of the set's own working tree
// needs the user's consent: a directory named in `sources.local`. Git repositories on this machine, whose content was
// published by somebody, need it only when the set itself belongs to another user.
//
// Links are resolved before anything is compared, `..` too. What lies in a `.git` is not of the working tree: it holds
// logins. What lies in /proc, /sys or /dev needs a consent of its own: `sources.local = ["/"]` does not reach there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/url.h"
#include "base/error.h"

namespace eka::engine {

// Is `path` the directory itself or below it? By name only: links are not resolved.
bool lies_in(const std::filesystem::path& path, const std::filesystem::path& directory);

// Where on this machine the manifest or the lock was read that names something on this machine.
struct LocalOrigin {
  std::filesystem::path directory;  // the working tree, without links; a bare repository has none, and is itself named
  bool has_tree = false;
  bool own = false;  // it belongs to this user (base/owner.h)
};

// Of a directory in a working tree, or of a repository: its working tree or its git directory. Blocks.
LocalOrigin local_origin(const std::filesystem::path& place);

class LocalAccess {
 public:
  // `consented`: the directories of `sources.local`.
  explicit LocalAccess(const std::vector<std::filesystem::path>& consented) : consented_(consented) {}

  // Throw Kind::usage, with what to do, where there is no consent. `url` is of a file: its path is absolute. `what`
  // names it in messages ("the source `k`"). Both block.
  void check_file(const std::string& what, const atom::Url& url, const LocalOrigin& from) const;
  void check_repository(const std::string& what, const atom::Url& url, const LocalOrigin& from) const;

 private:
  bool consents(const std::filesystem::path& place) const;

  const std::vector<std::filesystem::path>& consented_;
};

}  // namespace eka::engine
