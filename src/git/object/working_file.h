// Files of a working tree. Whoever made the tree may have put anything there: a link to a device or to a file of the
// user's, a pipe without a writer, a file of a terabyte. Everything that reads one opens it here. Blocking: call
// it on the pool.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/error.h"

namespace eka::git {

// For manifests, locks and lists of packages.
inline constexpr std::uint64_t largest_text = 16 << 20;

// The content of the file at `path` below the directory `root`; nothing when there is none. Links are followed as long
// as they stay below `root`. Throws Kind::usage, naming the file, for a link that leads out of it, for what is no
// regular file, and for one of more than `limit` bytes; Kind::failure when it cannot be read.
std::optional<std::string> read_working_file(const std::filesystem::path& root, const std::filesystem::path& path,
                                             std::uint64_t limit = largest_text);

// The content of a file that the user named: links are followed wherever they lead, and it may be a pipe. Nothing when
// it cannot be opened; throws Kind::usage for one of more than `limit` bytes, Kind::failure when it cannot be read.
std::optional<std::string> read_named_file(const std::filesystem::path& path, std::uint64_t limit = largest_text);
// The same; throws Kind::usage if it cannot be opened.
std::string read_required_file(const std::filesystem::path& path, std::uint64_t limit = largest_text);

// Replaces the content of a file below `root`, or makes the file: the new content is written beside it, made durable
// and renamed into place, so that a partial file is never visible. The permissions of an existing file are kept. A link
// is followed as long as it leads to a place below `root`, else Kind::usage; Kind::failure for the disk. What a killed
// process leaves, "<file>.eka-new", goes with the next replacement.
void replace_working_file(const std::filesystem::path& root, const std::filesystem::path& path,
                          const std::string& content);

}  // namespace eka::git
