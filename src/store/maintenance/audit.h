// Verifies a cache: every pack and loose object is hashed, every ref must lead to a complete commit, and every
// materialized tree is compared with its objects, byte for byte.
//
// Repairing only removes content: damaged packs are set aside in git/damaged/, damaged loose objects and trees are
// removed, and so are all refs that lead to them, so that the next run fetches them again.
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
  std::uint64_t left = 0;         // directories left by dead processes; not damage; removed by `eka cache gc`
  std::vector<Finding> findings;  // empty if the cache is intact
};

enum class Repair { no, yes };

// Blocks; call it on the pool. To repair, the cache must be locked exclusively (use_lock.h).
Audit audit(const Places& places, Repair repair, coro::Stop stop);

}  // namespace eka::store
