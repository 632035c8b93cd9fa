// Which names a tree entry may have before anything touches a disk.
//
// Besides what is no name at all, everything is refused that some file system, also one this machine does not use,
// would take for ".git": whoever writes such a tree means to plant a repository's configuration (CVE-2014-9390,
// CVE-2019-1352). NTFS ignores case, final dots and spaces, and what follows a colon, and knows .git also as git~1;
// HFS+ ignores case and some invisible code points.
#pragma once

#include <optional>
#include <string_view>

namespace eka::store {

// Why `name` is refused, in words that follow "the entry … "; nothing when it is fine.
std::optional<std::string_view> why_refused(std::string_view name);

}  // namespace eka::store
