// Which directories may be a cache: those whose content only this user can have written. A user who can write to a
// cache, or replace a directory above it, decides what its owner evaluates.
#pragma once

#include <filesystem>

namespace eka::store {

// The directory `root`, which may be absent, with all symbolic links resolved. Throws Kind::failure, naming the
// directory and what to do, unless
//   - the cache belongs to this user or to root, and nobody else may write to it, and
//   - so does every directory above it; those may be open to others if they are sticky, such as /tmp: there, other
//   users
//     can add entries, but not replace those of this user.
// The group may write where it is this user's private group (it has the user's name, and no other members). In a user
// namespace, directories above the cache may belong to users that the namespace does not know. Blocks.
std::filesystem::path trusted_cache_root(const std::filesystem::path& root);

// Makes `root` and what is missing above it, for this user alone, and checks again. Returns as trusted_cache_root().
std::filesystem::path make_cache_root(const std::filesystem::path& root);

}  // namespace eka::store
