#include "store/disk/use_lock.h"

#include <cerrno>
#include <optional>
#include <set>
#include <sstream>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "store/disk/places.h"

namespace eka::store {
namespace {

enum class Outcome { taken, busy, impossible };

Outcome try_flock(const FileDescriptor& file, UseLock::Mode mode) {
  const int operation = (mode == UseLock::Mode::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (::flock(file.get(), operation) != 0) {
    if (errno == EWOULDBLOCK) return Outcome::busy;
    if (errno != EINTR) return Outcome::impossible;
  }
  return Outcome::taken;
}

// Opens the file read-only if it is not writable: flock works with either mode.
FileDescriptor open_lock(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) file = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  return file;
}

// "<n>: FLOCK ADVISORY READ <pid> <major>:<minor>:<inode> 0 EOF". The device is not compared: on some file systems it
// differs from the device that stat returns.
std::set<long> holders(const FileDescriptor& file) {
  std::set<long> pids;
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return pids;
  std::istringstream locks(read_file("/proc/locks", 16 << 20).value_or(""));
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, manner, mode, place;
    long pid = 0;
    if (!(words >> number >> kind >> manner >> mode >> pid >> place) || kind != "FLOCK") continue;
    if (place.substr(place.rfind(':') + 1) == std::to_string(status.st_ino) && pid > 0 && pid != ::getpid()) {
      pids.insert(pid);
    }
  }
  return pids;
}

std::string named(const std::set<long>& pids) {
  if (pids.empty()) return "an unknown process";
  std::string out;
  for (const long pid : pids) {
    std::string name = read_file("/proc/" + std::to_string(pid) + "/comm", 256).value_or("?\n");
    name.resize(name.find('\n') == std::string::npos ? name.size() : name.find('\n'));
    out += (out.empty() ? "process " : ", ") + std::to_string(pid) + " (" + printable(name) + ")";
  }
  return out;
}

}  // namespace

FileDescriptor try_lock(const std::filesystem::path& path) {
  FileDescriptor file = open_lock(path);
  if (file && try_flock(file, UseLock::Mode::exclusive) != Outcome::taken) file.reset();
  return file;
}

coro::Task<UseLock> UseLock::take(coro::Pool& pool, std::filesystem::path root, Mode mode,
                                  std::chrono::milliseconds limit, coro::Clock& clock) {
  constexpr std::chrono::milliseconds step{50};
  const auto path = Places(root).lock();
  const auto deadline = clock.now() + limit;
  FileDescriptor file = co_await coro::offload(pool, [&] { return open_lock(path); });
  for (;;) {
    const Outcome outcome = file ? try_flock(file, mode) : Outcome::impossible;
    if (outcome == Outcome::taken) co_return UseLock(std::move(file));
    if (outcome == Outcome::impossible) {
      if (mode == Mode::shared) co_return UseLock(FileDescriptor());
      throw Error(Kind::failure, "cannot lock the cache at " + printable(root.native()) +
                                     ": its file system does not support locks, or the file “lock” cannot be opened")
          .with_hint("choose a directory on a local disk with cache.root or EKA_CACHE_ROOT");
    }
    if (clock.now() >= deadline) break;
    co_await clock.sleep(step);
  }
  const std::string who = co_await coro::offload(pool, [&] { return named(holders(file)); });
  const auto seconds = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(limit).count());
  throw Error(Kind::failure,
              "the cache at " + printable(root.native()) + " is in use by " + who + "; waited " + seconds + " s")
      .with_hint("try again after it has ended");
}

}  // namespace eka::store
