// Checks that only this user can have written the content of the cache. Anyone else who can write to the cache, or
// replace a directory above it, controls what this user evaluates.
#pragma once

#include <filesystem>

namespace eka::store {

// Returns `root`, which may be absent, with all symbolic links resolved. Throws Kind::failure, which names the
// directory and suggests a remedy, unless
//   - the cache belongs to this user or to root, and nobody else may write to it, and
//   - the same holds for every directory above it; those may be writable by others if they are sticky, like /tmp:
//     others can then add entries, but not replace ours.
// The group may have write access if it is this user's private group (it has the user's name and no other members). In
// a user namespace, directories above the cache may belong to users without a mapping. Blocks.
std::filesystem::path trusted_cache_root(const std::filesystem::path& root);

// Creates `root` and its missing parents with access for this user only, and checks again. Returns the same path as
// trusted_cache_root().
std::filesystem::path make_cache_root(const std::filesystem::path& root);

}  // namespace eka::store
