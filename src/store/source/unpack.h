// Converts an archive to a git tree: files become blobs, directories become trees, all in one pack.
//
// So names, links and modes in an archive never reach a disk directly: the result enters the cache like a fetched pack,
// is checked like one, and is written by the same code as every tree. A file is executable if its owner may execute it;
// other mode bits are ignored. If a file occurs twice, the later one wins, as in tar. Refused (Kind::integrity, naming
// the entry): absolute names, "..", names that entry_name.h refuses, paths through a link or a file, a link or file in
// place of a directory and the reverse, hard links to anything but a file of the archive, devices, pipes and sockets,
// and exceeded limits.
//
// If the archive's only top-level entry is a directory, the result is that directory (as in builtins.fetchTarball);
// else it is the whole content (as in `nix-prefetch-url --unpack`). An archive of a single file or link is refused: it
// is not a tree.
#pragma once

#include <filesystem>

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "store/object/bounds.h"

namespace eka::store {

// Writes the pack without its last 20 bytes, the SHA-1 of everything before, and returns the tree's id. Blocks; call it
// on the pool. Throws Cancelled soon after `stop` is requested. Memory depends on the number of entries and the largest
// file, not on the total size.
atom::ObjectId unpack(const std::filesystem::path& archive, const std::filesystem::path& pack, coro::Stop stop,
                      const ArchiveLimits& limits = {});

}  // namespace eka::store
