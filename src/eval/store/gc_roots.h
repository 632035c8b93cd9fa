// What keeps Nix's garbage collector from paths that were planned or built.
//
// A root is two links: ours, `<directory>/<hash>-<name>`, which points at the path in the store; and one that the store
// keeps under `gcroots/auto`, named by a hash, which points at ours ("indirect root"). Whoever removes ours lets go of
// the path: the collector tidies up its own half. Our links are touched now and then while they are used, so that what
// was not needed for long can be told by its time.
//
// A root may be made before its path is valid. That order leaves no moment at which the collector could take it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace eka::eval {

class GcRoots {
 public:
  // `store` as Nix's --store takes it.
  GcRoots(std::filesystem::path directory, std::string store)
      : directory_(std::move(directory)), store_(std::move(store)) {}

  // Sees to it that each of `paths` has a root. Starts no process; one that stands already costs two readlink. Blocks.
  // Kind::failure when the store refuses roots from here (it is on another machine, the daemon refuses).
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
