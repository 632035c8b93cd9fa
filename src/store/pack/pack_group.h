// Several small packs, written as one pack and its index.
//
// Entries go over as they are, compressed as they came: what is named by its place is named by its new place. An object
// that several of them hold is written once.
#pragma once

#include <filesystem>
#include <vector>

#include "store/pack/memory_pack.h"

namespace eka::store {

// Puts them together in a quarantine below `incoming` and moves the result into `packs`; it is durable then. On the
// pool. Their contents may be forgotten already.
void write_together(const std::vector<const MemoryPack*>& members, const std::filesystem::path& incoming,
                    const std::filesystem::path& packs);

}  // namespace eka::store
