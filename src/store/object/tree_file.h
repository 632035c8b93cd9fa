// Reads one file of a tree.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "atom/hash/object_id.h"
#include "store/object/objects.h"

namespace eka::store {

// Throws Kind::integrity, naming the file, if it has more than `limit` bytes.
void check_size(const std::string& name, std::size_t size, std::size_t limit);

// The blob at `path` (separated by slashes) in a tree; nullopt if there is no such file. Symlinks are not followed.
// Throws Kind::integrity if the file is larger than `limit` or an object is missing. Blocks.
std::optional<std::string> read_blob_at(Objects& objects, atom::ObjectId tree, std::string_view path,
                                        std::size_t limit);

}  // namespace eka::store
