// A private directory in which content is assembled before it is renamed to its final path.
//
// Its name is <pid>-<start time of the process>-<n>, for debugging. Whether the owner is alive is determined by a lock
// on the directory itself (flock), which the kernel releases when the process ends for any reason. Process ids alone
// are not enough: two containers that share a cache both have a process 7. Nothing waits for that lock: sweep() only
// tries it.
#pragma once

#include <filesystem>
#include <functional>

#include "base/error.h"
#include "coro/run/pool.h"
#include "store/disk/disk.h"

namespace eka::store {

class Quarantine {
 public:
  // Creates a directory below `parent`, which must exist. Blocks; call it on the pool.
  static Quarantine make(const std::filesystem::path& parent);
  // Same, for a quarantine that is destroyed on the reactor, where nothing may block: it is removed on `remover`, which
  // must outlive it.
  static Quarantine make(const std::filesystem::path& parent, coro::Pool& remover);
  // Removes the directory with everything still in it.
  ~Quarantine();
  Quarantine(Quarantine&&) noexcept = default;
  Quarantine& operator=(Quarantine&&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Removes `entry`, a file or directory on the same disk: renames it into this directory, so that it is complete or
  // absent for other processes, or removes it in place where it cannot be renamed (a directory in the lower layer of an
  // overlay). Returns why it, or a part of it, is still there.
  Result<void> take(const std::filesystem::path& entry) const;

  // The number of directories below `parent` whose owner is dead.
  static std::size_t count_left(const std::filesystem::path& parent);
  // Removes the directories below `parent` whose owner is dead. `salvage` is called for each before its removal.
  static void sweep(const std::filesystem::path& parent,
                    const std::function<void(const std::filesystem::path&)>& salvage = {});

 private:
  Quarantine(std::filesystem::path path, FileDescriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  FileDescriptor lock_;  // open while this object owns the directory
  coro::Pool* remover_ = nullptr;
};

}  // namespace eka::store
