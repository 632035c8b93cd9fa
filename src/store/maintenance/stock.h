// What lies in a cache, counted.
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
  std::uint64_t bytes = 0;  // of its files, as they say; a file system may need more or less
};

struct Stock {
  std::uint64_t bytes = 0;  // of everything
  SizeCount packs;
  std::uint64_t packed_objects = 0;  // one that lies in two packs counts twice
  SizeCount loose;
  std::uint64_t sets = 0;
  std::uint64_t atoms = 0;  // revisions that a ref keeps
  SizeCount trees;
  SizeCount damaged;  // set aside
  std::uint64_t database_bytes = 0;
  std::map<std::string, std::uint64_t> facts;  // how many, by what they are about
  std::map<std::string, SizeCount> others;     // further directories of the cache, by name
};

// Blocks: for the pool. A cache that does not exist is empty. What changes meanwhile is counted or not.
Stock take_stock(const Places& places, coro::Stop stop);

}  // namespace eka::store
