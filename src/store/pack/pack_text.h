// The text of packs and their indexes, for packs that are assembled in memory (gitformat-pack).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "store/object/objects.h"

namespace eka::store {

std::string_view text_of(std::span<const std::uint8_t> bytes);
// The number of a type in packs.
unsigned type_number(ObjectType type);
// Type and size at the start of an entry.
std::string entry_head(unsigned type, std::uint64_t size);

// An entry of a pack that is being assembled.
struct PlacedEntry {
  atom::ObjectId id;
  std::uint32_t checksum = 0;  // CRC-32 of the entry as written
  std::uint32_t place = 0;     // offset among the entries; less than 2 GiB
};

// Writes `entries`, which follow one another in `body`, as a pack with an index: in a quarantine below `incoming`, then
// moved into `packs`; it is durable when the function returns. Called on the pool.
void write_pack(const std::string& body, std::vector<PlacedEntry> entries, const std::filesystem::path& incoming,
                const std::filesystem::path& packs);

}  // namespace eka::store
