// Statistics about the content of a cache.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "coro/run/pool.h"
#include "store/disk/places.h"

namespace eka::store {

struct SizeCount {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;  // sum of file sizes; disk usage may differ
};

struct Stock {
  std::uint64_t bytes = 0;  // total
  SizeCount packs;
  std::uint64_t packed_objects = 0;  // an object in two packs counts twice
  SizeCount loose;
  std::uint64_t sets = 0;
  std::uint64_t atoms = 0;  // revisions kept by a ref
  SizeCount trees;
  SizeCount damaged;  // packs set aside
  std::uint64_t database_bytes = 0;
  std::map<std::string, std::uint64_t> facts;  // number of facts, by table
  std::map<std::string, SizeCount> others;     // other directories of the cache, by name
};

// Blocks; call it on the pool. A missing cache counts as empty. Concurrent changes may or may not be counted.
Stock take_stock(const Places& places, coro::Stop stop);

}  // namespace eka::store
