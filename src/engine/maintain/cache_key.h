// A key for the caches of CI systems.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "atom/lock/lock.h"

namespace eka::engine {

// "eka-1-<platform>-<digest>": equal for locks with the same content, in whatever order and at whatever place. Pure.
std::string cache_key(std::string_view platform, const std::vector<atom::Lock>& locks);

// The lock files of the atoms of a set in a working tree. Blocks. Throws Kind::usage if the set is invalid.
std::vector<std::filesystem::path> lock_files_of(const std::filesystem::path& set);

}  // namespace eka::engine
