#include "store/disk/write_access.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"

namespace eka::store {

std::optional<std::string> obstacle_to_writing(const std::filesystem::path& path) {
  // Check with the effective user id, which the kernel uses for file access.
  if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0) return std::nullopt;
  const int code = errno;
  // Other errors are reported by the operation that encounters them.
  if (code != EROFS && code != EACCES && code != EPERM) return std::nullopt;
  return printable(path.native()) + ": " + std::generic_category().message(code);
}

WriteAccess WriteAccess::to(const Places& places) {
  WriteAccess access;
  std::error_code ignored;
  if (!std::filesystem::exists(places.git() / "HEAD", ignored)) return access;
  for (const auto& place : {places.root, places.git(), places.incoming(), places.objects(), places.packs(),
                            places.git() / "refs", places.trees(), places.trees_incoming()}) {
    const auto obstacle = obstacle_to_writing(place);
    if (!obstacle) continue;
    access.obstacle_ = *obstacle;
    access.refusal_ = Error(Kind::failure, "cannot write to the cache at " + printable(places.root.native()) +
                                               ": it is read-only (" + *obstacle + ")")
                          .with_hint(
                              "choose a writable directory with cache.root or EKA_CACHE_ROOT, such as a copy of "
                              "this one");
    break;
  }
  return access;
}

void WriteAccess::check() const {
  if (refusal_) throw Error(*refusal_);
}

}  // namespace eka::store
