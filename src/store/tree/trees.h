// The materialized trees of a cache: trees/<tree id>/, complete or absent.
//
// A tree is written to a quarantine and renamed, so no process sees a partial one. Files are not synced: forty thousand
// fsyncs would take minutes, for content that can be restored at any time. Instead, the cache records in which boot of
// the machine a tree was written or checked. Within that boot a renamed tree is complete; in a later boot, after a
// possible power loss, the directory is compared with the objects once, byte for byte, and rewritten if it differs.
//
// A tree that resembles another one shares the files that both have, as hard links: of a working tree, only what has
// changed is written. Only a tree that was written or checked during this boot lends its files, so that what a power
// loss may have torn does not spread. Whatever checks a directory checks every file in it: a file that two trees share
// is found to be damaged in both, and both are rewritten.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "store/disk/quarantine.h"
#include "store/object/repository.h"
#include "store/tree/tree_writer.h"

namespace eka::store {

class Trees {
 public:
  // Removes leftovers of dead processes. All functions block. In a read-only cache, existing trees are still returned.
  Trees(std::filesystem::path directory, Repository& repository, WriteAccess access = {});

  // The directory for quarantines of content that is to appear in `directory`.
  static std::filesystem::path incoming(const std::filesystem::path& directory) { return directory / ".incoming"; }

  // The path of the tree, if it is there; a damaged directory is removed. `known`: it was written or checked during
  // this boot. Throws Cancelled soon after `stop` is requested.
  std::optional<std::filesystem::path> find(const atom::ObjectId& tree, bool known, coro::Stop stop);

  // To write a tree: begin() creates an empty directory (directory_in()), finish() moves it to its path, which it
  // returns. The quarantine is removed on `remover`.
  Quarantine begin(coro::Pool& remover);
  static std::filesystem::path directory_in(const Quarantine& quarantine) { return quarantine.path() / "tree"; }
  std::filesystem::path finish(const Quarantine& quarantine, const atom::ObjectId& tree);

  // The first of `trees`, which are known, that can lend files (tree_writer.h).
  std::optional<WrittenTree> find_lender(const std::vector<atom::ObjectId>& trees) const;

  // Identifies the boot; empty if the system does not provide it, in which case no tree counts as known.
  const std::string& boot() const { return boot_; }

 private:
  std::filesystem::path directory_;
  Repository& repository_;
  WriteAccess access_;
  std::string boot_;
};

}  // namespace eka::store
