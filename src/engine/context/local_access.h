// Which files and repositories of this machine a package set on it may use.
//
// A set may use the files of its own working tree. Any other file may be a secret, and sources are copied into the Nix
// store, where every user can read them. So a raw file (`url`, `tar`, `build`) outside of the set's own working tree
// requires the user's consent: a directory listed in `sources.local`. Git repositories on this machine, whose content
// was published, require it only if the set itself belongs to another user.
//
// The user's insteadOf configuration does not change this. Whether a manifest or a lock may refer to this machine
// depends on the URL at which it was read: a network URL counts as the network, even if insteadOf rewrites it to a
// local path. A repository to which a network URL is rewritten needs no consent; a raw file does, whoever names it.
//
// Symbolic links and `..` are resolved before paths are compared. A `.git` is not part of the working tree: it may
// contain credentials. /proc, /sys and /dev require separate consent: `sources.local = ["/"]` does not include them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/names/url.h"
#include "base/error.h"

namespace eka::engine {

// Whether `path` is the directory itself or below it. Compares names only: symlinks are not resolved.
bool lies_in(const std::filesystem::path& path, const std::filesystem::path& directory);

// Where the manifest or lock file was read that refers to a path on this machine.
struct LocalOrigin {
  std::filesystem::path directory;  // the working tree, or a bare repository; symlinks are resolved
  bool has_tree = false;
  bool own = false;  // belongs to this user (base/owner.h)
};

// The origin of `place`, a directory in a working tree or a repository. Blocks.
LocalOrigin local_origin(const std::filesystem::path& place);

class LocalAccess {
 public:
  // `consented`: the directories of `sources.local`.
  explicit LocalAccess(const std::vector<std::filesystem::path>& consented) : consented_(consented) {}

  // Throw Kind::usage, with a hint, if consent is missing. `url` is a file URL with an absolute path. `what` names it
  // in messages ("the source `k`"). All block.
  void check_file(const std::string& what, const atom::Url& url, const LocalOrigin& from) const;
  void check_repository(const std::string& what, const atom::Url& url, const LocalOrigin& from) const;
  // For a raw file with the network URL `named`, which insteadOf rewrites to the local URL `url`.
  void check_rewritten(const atom::Url& named, const atom::Url& url) const;

 private:
  bool consents(const std::filesystem::path& place) const;

  const std::vector<std::filesystem::path>& consented_;
};

}  // namespace eka::engine
