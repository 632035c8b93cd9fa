// A file on its way into the cache, from wherever: written privately while it is hashed, then kept under its hash, or
// unpacked and kept as a tree (the class IncomingFile of cache.h, made real).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "coro/pool.h"
#include "store/cache.h"

namespace eka::store {

// `workshop` is a directory of quarantines, `files` is where what is kept goes. `begin_intake` is for what is unpacked.
// Called on the pool.
std::unique_ptr<IncomingFile> make_incoming_file(const std::filesystem::path& workshop, std::filesystem::path files,
                                                 coro::Pool& pool,
                                                 std::function<coro::Task<std::unique_ptr<Intake>>()> begin_intake);

}  // namespace eka::store
