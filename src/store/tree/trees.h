// The materialized trees of a cache: trees/<tree id>/, complete or absent.
//
// A tree is written to a quarantine and renamed, so no process sees a partial one. Files are not synced: forty thousand
// fsyncs would take minutes, for content that can be restored at any time. Instead, the cache records in which boot of
// the machine a tree was written or checked. Within that boot a renamed tree is complete; in a later boot, after a
// possible power loss, the directory is compared with the objects once, byte for byte, and rewritten if it differs.
#pragma once

#include <filesystem>
#include <string>

#include "atom/hash/object_id.h"
#include "store/object/repository.h"

namespace eka::store {

class Trees {
 public:
  // Removes leftovers of dead processes. All functions block. In a read-only cache, existing trees are still returned.
  Trees(std::filesystem::path directory, Repository& repository, WriteAccess access = {});

  // The directory for quarantines of content that is to appear in `directory`.
  static std::filesystem::path incoming(const std::filesystem::path& directory) { return directory / ".incoming"; }

  // Returns the path of the tree. `known`: the tree was written or checked during this boot. Throws Cancelled soon
  // after `stop` is requested.
  std::filesystem::path materialize(const atom::ObjectId& tree, bool known, coro::Stop stop);

  // Identifies the boot; empty if the system does not provide it, in which case no tree counts as known.
  const std::string& boot() const { return boot_; }

 private:
  bool stands(const atom::ObjectId& tree, const std::filesystem::path& place, bool known, coro::Stop stop);
  void write(const atom::ObjectId& tree, const std::filesystem::path& place, coro::Stop stop);

  std::filesystem::path directory_;
  Repository& repository_;
  WriteAccess access_;
  std::string boot_;
};

}  // namespace eka::store
