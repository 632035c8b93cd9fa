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
  std::uint64_t bytes = 0;      // size of the .pack
  std::uint64_t all_bytes = 0;  // including companion files
  std::filesystem::path pack, index;
};

// The packs that have both a .pack and an .idx, sorted by name. Other processes may add and remove packs at any time.
std::vector<PackFile> list_packs(const std::filesystem::path& directory);

// The ids of a pack's objects, unique and sorted. Throws Kind::integrity if the index cannot be read.
std::vector<atom::ObjectId> ids_of_pack(const std::filesystem::path& index);

// Removes a pack. The .pack is removed first: all readers ignore an .idx without its pack, and it cannot be mistaken
// for a pack that is being added.
void remove_pack(const PackFile& pack);

// Removes leftovers of an interrupted remove_pack().
void remove_stray_indexes(const std::filesystem::path& directory);

}  // namespace eka::store
