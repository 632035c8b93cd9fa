// Is everything in a cache what it should be? Every pack and loose object is hashed again, every name must lead to a
// whole commit, every tree that was laid out is compared with its objects, byte for byte.
//
// Repairing makes the cache smaller, never wrong: what is damaged is set aside (packs, in git/damaged/) or removed
// (loose objects, trees), and with it every name that led to it, so that the next run fetches it again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coro/run/pool.h"
#include "store/disk/places.h"

namespace eka::store {

struct Finding {
  std::string kind;  // "pack", "object", "atom", "tree", "database"
  std::string what;  // its name
  std::string why;
};

struct Audit {
  std::uint64_t packs = 0;
  std::uint64_t objects = 0;
  std::uint64_t atoms = 0;
  std::uint64_t trees = 0;
  std::uint64_t left = 0;  // directories that ended processes left behind: no damage; `eka cache gc` removes them
  std::vector<Finding> findings;  // empty: all is sound
};

enum class Repair { no, yes };

// Blocks: for the pool. To repair, the cache must be held exclusively (use_lock.h).
Audit audit(const Places& places, Repair repair, coro::Stop stop);

}  // namespace eka::store
