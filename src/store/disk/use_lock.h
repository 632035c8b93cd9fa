// The lock that marks a cache as in use. Every eka process holds the file `lock` in shared mode while it runs; a
// process that removes content which others may be about to read holds it exclusively. It uses flock, so the kernel
// releases it when the process ends for any reason.
//
// Waiting is bounded; the error names the holders (from /proc/locks, if their processes are visible). If the file
// cannot be locked (no support for locks, or a read-only cache without the file), the cache is used without the lock;
// it cannot be collected then.
#pragma once

#include <chrono>
#include <filesystem>

#include "coro/run/pool.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "store/disk/disk.h"

namespace eka::store {

// Locks the file at `path` exclusively. Returns an empty descriptor if another process holds it or the file system
// cannot lock.
FileDescriptor try_lock(const std::filesystem::path& path);

class UseLock {
 public:
  enum class Mode { shared, exclusive };

  // Throws Error(Kind::failure) if the lock is not acquired within `limit`, naming its holders, or if `mode` is
  // exclusive and locking is impossible. `root` must exist. Called on the reactor.
  static coro::Task<UseLock> take(coro::Pool& pool, std::filesystem::path root, Mode mode,
                                  std::chrono::milliseconds limit, coro::Clock& clock = coro::Clock::system());

 private:
  explicit UseLock(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace eka::store
