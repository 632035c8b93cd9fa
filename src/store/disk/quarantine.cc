#include "store/disk/quarantine.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

namespace eka::store {
namespace {

// Field 22 of /proc/self/stat. The second field is the program's name and may contain spaces and parentheses.
std::string start_time() {
  const std::string stat = read_file("/proc/self/stat", 4096).value_or("");
  std::size_t at = stat.rfind(')');
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  if (at == std::string::npos) return "0";
  return stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

std::string fresh_name() {
  static std::atomic<unsigned> counter = 0;
  // Not cached: a forked child has its own pid and start time.
  return std::to_string(::getpid()) + "-" + start_time() + "-" + std::to_string(counter++);
}

enum class Lock { taken, held_by_another, unsupported };

Lock try_lock(const FileDescriptor& directory) {
  while (::flock(directory.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Lock::held_by_another;
    if (errno != EINTR) return Lock::unsupported;
  }
  return Lock::taken;
}

FileDescriptor open_quarantine(const std::filesystem::path& path) {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

// False if a sweep removed it between mkdir and the lock.
bool still_at(const std::filesystem::path& path, const FileDescriptor& directory) {
  struct stat there{}, here{};
  return ::lstat(path.c_str(), &there) == 0 && ::fstat(directory.get(), &here) == 0 && there.st_ino == here.st_ino &&
         there.st_dev == here.st_dev;
}

// Without locks, age decides: no intake and no write takes days.
bool is_old(const FileDescriptor& directory) {
  struct stat status{};
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return ::fstat(directory.get(), &status) == 0 && now - status.st_mtime > std::time_t{2} * 24 * 3600;
}

// Whether the owner is dead. Holds the lock while `directory` is open.
bool is_left(const FileDescriptor& directory) {
  const Lock lock = try_lock(directory);
  return lock == Lock::taken || (lock == Lock::unsupported && is_old(directory));
}

}  // namespace

Quarantine Quarantine::make(const std::filesystem::path& parent) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    std::filesystem::path path = parent / fresh_name();
    if (::mkdir(path.c_str(), 0700) != 0) {
      if (errno == EEXIST) continue;  // left by a process that had our pid before a reboot
      throw_errno("cannot create the directory " + printable(path.native()));
    }
    FileDescriptor lock = open_quarantine(path);
    if (!lock && errno != ENOENT) {  // ENOENT: a sweep removed it
      const int cause = errno;
      ::rmdir(path.c_str());
      errno = cause;
      throw_errno("cannot open the directory " + printable(path.native()));
    }
    if (lock && try_lock(lock) != Lock::held_by_another && still_at(path, lock)) {
      return Quarantine(std::move(path), std::move(lock));
    }
  }
  throw Error(Kind::failure,
              "cannot create a directory in " + printable(parent.native()) + ": other processes removed it each time");
}

Quarantine Quarantine::make(const std::filesystem::path& parent, coro::Pool& remover) {
  Quarantine made = make(parent);
  made.remover_ = &remover;
  return made;
}

Result<void> Quarantine::take(const std::filesystem::path& entry) const {
  struct stat status{};
  if (::lstat(entry.c_str(), &status) != 0 && errno == ENOENT) return {};
  // A directory must be writable to be moved. Without its usual mode, a part that stays is not mistaken for the whole.
  if (S_ISDIR(status.st_mode)) ::chmod(entry.c_str(), 0700);
  if (::rename(entry.c_str(), (path_ / fresh_name()).c_str()) == 0 || errno == ENOENT) return {};
  const int reason = errno;
  remove_tree(entry);
  if (::lstat(entry.c_str(), &status) != 0 && errno == ENOENT) return {};
  errno = reason;
  return std::unexpected(errno_error("cannot remove " + printable(entry.native())));
}

Quarantine::~Quarantine() {
  if (!lock_) return;
  if (remover_ == nullptr) {
    remove_tree(path_);
    return;
  }
  // The lock is held until the removal is complete, so that no other process sweeps the directory.
  const auto lock = std::make_shared<FileDescriptor>(std::move(lock_));
  remover_->run_detached([path = std::move(path_), lock] { remove_tree(path); });
}

std::size_t Quarantine::count_left(const std::filesystem::path& parent) {
  std::size_t count = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
    const FileDescriptor directory = open_quarantine(entry.path());
    if (directory && is_left(directory)) ++count;
  }
  return count;
}

void Quarantine::sweep(const std::filesystem::path& parent,
                       const std::function<void(const std::filesystem::path&)>& salvage) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(parent, ignored)) {
    const FileDescriptor directory = open_quarantine(entry.path());
    if (!directory || !is_left(directory)) continue;
    if (salvage) salvage(entry.path());
    remove_tree(entry.path());
  }
}

}  // namespace eka::store
