// The materialized trees of a cache: trees/<tree id>/, complete or absent.
//
// A tree is written aside and renamed in, so no process sees half of one. Files are not synced: forty thousand of them
// would take minutes, for content that can always be had again. Instead, whoever wrote or checked a tree remembers
// during which boot of the machine that was. Within a boot what was renamed in is complete; in a later one, when a
// power cut may have come between, the directory is compared with the objects once, byte for byte, and written anew if
// it is not what it should be.
#pragma once

#include <filesystem>
#include <string>

#include "atom/hash/object_id.h"
#include "store/object/repository.h"

namespace eka::store {

class Trees {
 public:
  // Removes what dead processes left there. Blocks, as all of this does. Where nothing may be written, the trees that
  // are there serve.
  Trees(std::filesystem::path directory, Repository& repository, WriteAccess access = {});

  // Where what is to appear in `directory` is put together.
  static std::filesystem::path incoming(const std::filesystem::path& directory) { return directory / ".incoming"; }

  // `known` says that the tree was written or checked during this boot. Throws Cancelled soon after `stop` is
  // requested.
  std::filesystem::path materialize(const atom::ObjectId& tree, bool known, coro::Stop stop);

  // Identifies the boot; empty when the system does not tell, and then nothing is known.
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
