// Store objects as files that Nix reads and writes: a binary cache without compression, `<hash>.narinfo` for each
// object and `nar/<hash>.nar`.
#pragma once

#include <filesystem>
#include <vector>

#include "coro/run/pool.h"
#include "eval/store/store_object.h"

namespace eka::eval {

// Reads all objects in `directory`, as `nix copy` has written them. Throws Kind::failure if a file is missing or too
// large in all, or if an object is not identified by its content. Blocks.
std::vector<StoreObject> read_binary_cache(const std::filesystem::path& directory, coro::Stop stop);

// Writes the objects into `directory`, which exists. Objects that are not genuine (store_object.h) are left out.
// Blocks.
void write_binary_cache(const std::filesystem::path& directory, const std::vector<StoreObject>& objects,
                        coro::Stop stop);

}  // namespace eka::eval
