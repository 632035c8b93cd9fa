// Who uses a cache: every eka holds its file `lock` shared while it runs, and who removes things that an eka may be
// about to read holds it exclusively. It is flock's, so the kernel drops it with the process, whatever ended that.
//
// A wait is bounded and names the holders (by /proc/locks, as far as their processes can be seen from here). A cache on
// a file system that cannot lock, or that may only be read, is used without; then it cannot be collected.
#pragma once

#include <chrono>
#include <filesystem>

#include "coro/run/pool.h"
#include "coro/task/clock.h"
#include "coro/task/task.h"
#include "store/disk/disk.h"

namespace eka::store {

// Holds the file at `path` exclusively, if nobody else does and the file system can lock.
FileDescriptor try_lock(const std::filesystem::path& path);

class UseLock {
 public:
  enum class Mode { shared, exclusive };

  // Throws Error(Kind::failure) when it cannot be had within `limit`, naming who holds it, or, when it must be
  // exclusive, when there can be no lock. `root` exists. Called on the reactor.
  static coro::Task<UseLock> take(coro::Pool& pool, std::filesystem::path root, Mode mode,
                                  std::chrono::milliseconds limit, coro::Clock& clock = coro::Clock::system());

 private:
  explicit UseLock(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace eka::store
