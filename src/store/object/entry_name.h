// Checks the names of tree entries before anything is written to disk.
//
// In addition to invalid names, it refuses every name that some file system, not only the one in use, would treat as
// ".git": such a tree tries to plant a repository configuration (CVE-2014-9390, CVE-2019-1352). NTFS ignores case,
// trailing dots and spaces, and everything after a colon, and has git~1 as an alias of .git; HFS+ ignores case and some
// invisible code points.
#pragma once

#include <optional>
#include <string_view>

namespace eka::store {

// Why `name` is refused, phrased to follow "the entry … "; nullopt if it is accepted.
std::optional<std::string_view> why_refused(std::string_view name);

}  // namespace eka::store
