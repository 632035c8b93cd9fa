// Access to files of a working tree, which may be untrusted: they may be links to a device or to one of the user's
// files, pipes without a writer, or a terabyte in size. All code that reads such files opens them here. Blocks; call it
// on the pool.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"

namespace eka::git {

// For manifests, locks and lists of packages.
inline constexpr std::uint64_t largest_text = 16 << 20;

// The content of the file at `path` below the directory `root`; nullopt if it does not exist. Links are followed while
// they stay below `root`. Throws Kind::usage with the name of the file if a link leads out of it, if it is not a
// regular file, or if it is larger than `limit` bytes; Kind::failure if it cannot be read.
std::optional<std::string> read_working_file(const std::filesystem::path& root, const std::filesystem::path& path,
                                             std::uint64_t limit = largest_text);

// The content of a file named by the user: links are followed anywhere, and it may be a pipe. Returns nullopt if it
// cannot be opened; throws Kind::usage if it is larger than `limit` bytes, Kind::failure if it cannot be read.
std::optional<std::string> read_named_file(const std::filesystem::path& path, std::uint64_t limit = largest_text);
// The same; throws Kind::usage if it cannot be opened.
std::string read_required_file(const std::filesystem::path& path, std::uint64_t limit = largest_text);

// Replaces or creates a file below `root` atomically: the new content is written beside it, made durable and renamed.
// The permissions of an existing file are kept. A link is followed if its target is below `root`, otherwise Kind::usage
// is thrown; Kind::failure for errors of the file system. If the process is killed, "<file>.eka-new" is left, which the
// next replacement removes.
void replace_working_file(const std::filesystem::path& root, const std::filesystem::path& path,
                          const std::string& content);

}  // namespace eka::git
