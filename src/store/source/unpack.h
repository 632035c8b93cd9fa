// An archive as a git tree: its files become blobs, its directories trees, all of them one pack.
//
// So nothing that an archive says about names, links or modes ever touches a disk on its own: what comes out enters the
// cache as a fetched pack does, is checked as one, and is written out by the same hand as every tree. A file is
// executable when its owner may execute it, and no other mode counts. Of two files of one name the later one holds, as
// for tar. Refused (Kind::integrity, naming the entry): absolute names, "..", what entry_name.h refuses, whatever goes
// through a link or a file, a link or file at the place of a directory and the reverse, hard links to what is not a
// file of the archive, devices, pipes and sockets, and what is over the limits.
//
// An archive that holds nothing but one directory is that directory (as for builtins.fetchTarball); else it is all it
// holds (as for `nix-prefetch-url --unpack`). One that is a single file or link is refused: it is no tree.
#pragma once

#include <filesystem>

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "store/object/bounds.h"

namespace eka::store {

// Writes the pack, but for its last 20 bytes, the SHA-1 of all before. Blocks: for the pool; throws Cancelled soon
// after `stop` is requested. Memory follows the number of entries and the largest file, not the sum of the files.
atom::ObjectId unpack(const std::filesystem::path& archive, const std::filesystem::path& pack, coro::Stop stop,
                      const ArchiveLimits& limits = {});

}  // namespace eka::store
