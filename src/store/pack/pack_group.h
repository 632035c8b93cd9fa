// Writes several small packs as one pack with an index.
//
// Entries are copied in compressed form; distances to bases are adjusted. An object contained in several packs is
// written once.
#pragma once

#include <filesystem>
#include <vector>

#include "store/pack/memory_pack.h"

namespace eka::store {

// Assembles the pack in a quarantine below `incoming` and moves it into `packs`; it is durable when the function
// returns. Called on the pool. The members' contents may have been forgotten.
void write_together(const std::vector<const MemoryPack*>& members, const std::filesystem::path& incoming,
                    const std::filesystem::path& packs);

}  // namespace eka::store
