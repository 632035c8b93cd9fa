// A private directory in which something is put together before it appears at its place by rename.
//
// Its name is <pid>-<start time of the process>-<n>, for people who look. Whether the owner still lives is decided by a
// lock on the directory itself (flock), which the kernel drops with the process, whatever ended it. Process ids alone
// would not do: two containers that share a cache both have a process 7. Nobody ever waits for that lock: sweep() only
// tries it.
#pragma once

#include <filesystem>
#include <functional>

#include "coro/run/pool.h"
#include "store/disk/disk.h"

namespace eka::store {

class Quarantine {
 public:
  // Makes a directory below `parent`, which exists. Blocks: for the pool.
  static Quarantine make(const std::filesystem::path& parent);
  // The same for one that is destroyed on the reactor, where nothing may block: `remover`, which must outlive it,
  // removes it.
  static Quarantine make(const std::filesystem::path& parent, coro::Pool& remover);
  // Removes it with all that is still in it.
  ~Quarantine();
  Quarantine(Quarantine&&) noexcept = default;
  Quarantine& operator=(Quarantine&&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // How many directories dead owners left below `parent`.
  static std::size_t count_left(const std::filesystem::path& parent);
  // Removes what dead owners left below `parent`. `salvage` is called for each first.
  static void sweep(const std::filesystem::path& parent,
                    const std::function<void(const std::filesystem::path&)>& salvage = {});

 private:
  Quarantine(std::filesystem::path path, FileDescriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  FileDescriptor lock_;  // open: it is ours
  coro::Pool* remover_ = nullptr;
};

}  // namespace eka::store
