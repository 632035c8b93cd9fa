// Protects planned and built paths from Nix's garbage collector.
//
// A root consists of two links: ours, `<directory>/<hash>-<name>`, which points to the store path, and one in the
// store's `gcroots/auto`, named by a hash, which points to ours ("indirect root"). Removing ours releases the path; the
// collector removes the other one. Our links are touched occasionally while they are used, so that unused ones can be
// recognized by their modification time.
//
// A root may be created before its path is valid, so that the path is never without a root.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace eka::eval {

class GcRoots {
 public:
  // `store` is a value of Nix's --store.
  GcRoots(std::filesystem::path directory, std::string store)
      : directory_(std::move(directory)), store_(std::move(store)) {}

  // Ensures that each of `paths` has a root. Starts no process; an existing root costs two readlink calls. Blocks.
  // Kind::failure if the store does not accept roots from here (it is on another machine, or the daemon refuses).
  Result<void> keep(const std::vector<std::string>& paths) const;

  // Our link for `path`.
  std::filesystem::path link(const std::string& path) const;

 private:
  bool stands(const std::string& path) const;
  void register_link(const std::filesystem::path& link) const;

  std::filesystem::path directory_;
  std::string store_;
};

}  // namespace eka::eval
