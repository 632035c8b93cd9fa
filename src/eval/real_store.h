// The machine's own store: where it is, and what is in it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace eka::eval {

// $NIX_REMOTE if set; "daemon" if one answers; "local" if this user may write to /nix (or make it). Throws
// Error(Kind::usage) with what to do.
std::string detect_real_store();

// The root of the file system in which the store's /nix lies; nothing when it may be on another machine.
std::optional<std::filesystem::path> root_of(const std::string& store);

// Is `path` valid in `store`, and therefore (a store is closed under references) all it refers to? Looks at the
// file and into Nix's database, both without starting a process; the file alone may be half of an addition that never
// ended. Nothing when the database cannot be read from here: then Nix must be asked.
std::optional<bool> valid_in_real_store(const std::string& store, const std::string& path);

// What "build-users-group" must be for `store`, when it needs saying: without a daemon, root's Nix insists on a group
// that a fresh package does not make.
bool lacks_build_users(const std::string& store);

}  // namespace eka::eval
