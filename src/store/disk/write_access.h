// May a cache be written? One on a file system that is mounted read-only, or whose directories are closed to this user,
// still serves what it holds: nothing is made, swept or marked in it, what a run learns stays in its memory, and
// whoever must write is refused with what to do. It is seen once, when the cache is opened.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "store/disk/places.h"

namespace eka::store {

class WriteAccess {
 public:
  // To what may be written.
  WriteAccess() = default;
  // Of a cache that is there; one that has yet to be made, or made whole, counts as one that may be written. Blocks.
  static WriteAccess to(const Places& places);

  bool is_granted() const { return !refusal_; }
  // Throws Kind::failure, with what to do, where it is not.
  void check() const;
  // "/a/cache/git: Read-only file system"; empty where it is granted.
  const std::string& obstacle() const { return obstacle_; }

 private:
  std::string obstacle_;
  std::optional<Error> refusal_;
};

// What stands against writing to a file or directory that is there; nothing for one that is not there.
std::optional<std::string> obstacle_to_writing(const std::filesystem::path& path);

}  // namespace eka::store
