// Which users' files this process trusts: the same rule as git's for `safe.directory`.
#pragma once

#include <filesystem>

#include <sys/types.h>

namespace eka {

// True for the effective user and, if that is root, also for the user who called sudo (SUDO_UID), because sudo is
// commonly used to run a single command as root in one's own directory.
bool is_own_user(uid_t user);

// Whether such a user owns the path. Does not follow symbolic links; false if the path cannot be examined.
bool is_owned(const std::filesystem::path& path);

}  // namespace eka
