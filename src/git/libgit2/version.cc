#include "git/libgit2/version.h"

#include <fmt/format.h>

#include "git/libgit2/libgit2.h"

namespace eka::git {

std::string libgit2_version() {
  int major = 0;
  int minor = 0;
  int patch = 0;
  git_libgit2_version(&major, &minor, &patch);
  return fmt::format("{}.{}.{}", major, minor, patch);
}

}  // namespace eka::git
