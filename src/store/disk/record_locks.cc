#include "store/disk/record_locks.h"

#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "store/disk/disk.h"

namespace eka::store {

bool can_lock_records(const std::filesystem::path& file) {
  constexpr int attempts = 5;
  constexpr std::chrono::milliseconds pause{50};
  const FileDescriptor opened(::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!opened) return true;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(pause);
    struct flock byte{};
    byte.l_type = F_WRLCK;
    byte.l_whence = SEEK_SET;
    byte.l_len = 1;
    // Closing the file releases it.
    if (::fcntl(opened.get(), F_SETLK, &byte) == 0 || errno == EAGAIN || errno == EACCES) return true;
  }
  return false;
}

}  // namespace eka::store
