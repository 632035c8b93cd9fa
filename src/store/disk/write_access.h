// Whether a cache may be written. A cache on a read-only file system, or whose directories are not writable by this
// user, is still read: nothing is created, swept or recorded in it, new facts stay in memory, and operations that must
// write fail with an error that suggests a remedy. Determined once, when the cache is opened.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "store/disk/places.h"

namespace eka::store {

class WriteAccess {
 public:
  // Granted.
  WriteAccess() = default;
  // Access to an existing cache; one that is absent or incomplete counts as writable. Blocks.
  static WriteAccess to(const Places& places);

  bool is_granted() const { return !refusal_; }
  // Throws Kind::failure with a hint if access is not granted.
  void check() const;
  // "/a/cache/git: Read-only file system"; empty if access is granted.
  const std::string& obstacle() const { return obstacle_; }

 private:
  std::string obstacle_;
  std::optional<Error> refusal_;
};

// Why an existing file or directory is not writable; nullopt if it is writable or does not exist.
std::optional<std::string> obstacle_to_writing(const std::filesystem::path& path);

}  // namespace eka::store
