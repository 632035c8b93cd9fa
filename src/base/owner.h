// Which owners of files this process trusts: git's rule for `safe.directory`.
#pragma once

#include <filesystem>

#include <sys/types.h>

namespace eka {

// The effective user. For root also the user who called sudo (SUDO_UID): sudo is how people run one command as root in
// a directory of their own.
bool is_own_user(uid_t user);

// Whether the path belongs to such a user. Links are not followed; false for what cannot be looked at.
bool is_owned(const std::filesystem::path& path);

}  // namespace eka
