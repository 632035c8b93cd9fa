// The packs of a repository as files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"

namespace eka::store {

struct PackFile {
  std::string name;             // "pack-<checksum>"
  std::uint64_t bytes = 0;      // of the .pack
  std::uint64_t all_bytes = 0;  // and of what belongs to it
  std::filesystem::path pack, index;
};

// Those that have both a .pack and an .idx, by name. Others may come and go at any time.
std::vector<PackFile> list_packs(const std::filesystem::path& directory);

// The ids of a pack's objects, each once, in order. Kind::integrity when the index cannot be read.
std::vector<atom::ObjectId> ids_of_pack(const std::filesystem::path& index);

// Removes it. The .pack goes first: an .idx without its pack is ignored by every reader, and cannot be mistaken
// for something that is about to appear.
void remove_pack(const PackFile& pack);

// Removes what a remove_pack() that was cut short left behind.
void remove_stray_indexes(const std::filesystem::path& directory);

}  // namespace eka::store
