// What stat(2) says about a file: if it is the same as before, so is the content (git-update-index(1)).
#pragma once

#include <cstdint>

#include <sys/stat.h>

namespace eka::git {

struct FileState {
  std::uint64_t size = 0;
  std::int64_t modified = 0;  // mtime, in nanoseconds
  std::int64_t changed = 0;   // ctime, in nanoseconds
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  bool operator==(const FileState&) const = default;
};

constexpr std::int64_t in_nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

inline FileState state_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_size), in_nanoseconds(status.st_mtim), in_nanoseconds(status.st_ctim),
          status.st_ino, status.st_dev};
}

}  // namespace eka::git
