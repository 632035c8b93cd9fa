#include "tests/sim/outside/disk.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/sim/random.h"

namespace eka::sim {
namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// One change of names, and how it is undone.
struct Change {
  enum class Kind { made, renamed, removed, made_directory, removed_directory } kind;
  std::string path;
  std::string from;   // of a rename
  std::string saved;  // what stood there before
};

// A file with bytes that are not synced.
struct Dirty {
  int descriptor = -1;
  off_t synced_size = 0;
  std::vector<std::pair<off_t, std::string>> overwritten;  // in the order of time
};

class Disk {
 public:
  void arm(const std::filesystem::path& directory, DiskPlan plan) {
    root_ = directory.string() + "/";
    lost_ = (directory.parent_path() / "lost").string();
    if (plan.kind == DiskPlan::Kind::power_cut) ::mkdir(lost_.c_str(), 0700);
    plan_ = plan;
    calls_ = 0;
    armed_ = true;
  }
  std::uint64_t disarm() {
    armed_ = false;
    return calls_;
  }

  bool armed() const { return armed_; }
  bool journals() const { return armed_ && plan_.kind == DiskPlan::Kind::power_cut; }

  std::string boot_file;

  bool holds(const std::string& path) const { return path.starts_with(root_); }

  // Before a call that changes the disk: what errno it must fail with, or 0.
  int occasion(bool takes_room) {
    ++calls_;
    switch (plan_.kind) {
      case DiskPlan::Kind::none:
        return 0;
      case DiskPlan::Kind::kill:
        if (calls_ == plan_.at) ::_exit(killed_code);
        return 0;
      case DiskPlan::Kind::power_cut:
        if (calls_ == plan_.at) cut();
        return 0;
      case DiskPlan::Kind::fails_once:
        return calls_ == plan_.at ? EIO : 0;
      case DiskPlan::Kind::full:
        return takes_room && calls_ >= plan_.at ? ENOSPC : 0;
    }
    return 0;
  }

  // --- the journal of a power cut. All of it before the call is made.

  void will_rename(const std::string& from, const std::string& to) {
    changes_.push_back({Change::Kind::renamed, to, from, save(to)});
  }
  void will_remove(const std::string& path) { changes_.push_back({Change::Kind::removed, path, {}, save(path)}); }
  void made(Change::Kind kind, const std::string& path) { changes_.push_back({kind, path, {}, {}}); }

  void will_write(int descriptor, off_t offset, std::size_t size) {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return;
    auto& dirty = dirty_[status.st_ino];
    if (dirty.descriptor < 0) {
      dirty.descriptor = reopen(descriptor);
      dirty.synced_size = status.st_size;
    }
    const off_t end = std::min<off_t>(offset + static_cast<off_t>(size), dirty.synced_size);
    if (offset >= end) return;
    std::string old(static_cast<std::size_t>(end - offset), '\0');
    if (::pread(dirty.descriptor, old.data(), old.size(), offset) < 0) return;
    dirty.overwritten.emplace_back(offset, std::move(old));
  }

  void synced(int descriptor) {
    struct stat status{};
    changes_.clear();
    if (::fstat(descriptor, &status) != 0) return;
    const auto found = dirty_.find(status.st_ino);
    if (found == dirty_.end()) return;
    ::close(found->second.descriptor);
    dirty_.erase(found);
  }

 private:
  std::string save(const std::string& path) {
    std::string saved = lost_ + "/" + std::to_string(saved_++);
    return ::linkat(AT_FDCWD, path.c_str(), AT_FDCWD, saved.c_str(), 0) == 0 ? saved : std::string();
  }

  static int reopen(int descriptor) {
    return ::open(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), O_RDWR | O_CLOEXEC);
  }

  [[noreturn]] void cut() {
    armed_ = false;
    Random random(plan_.seed);
    for (auto& [inode, dirty] : dirty_) lose(dirty, random);
    const auto kept = random.below(changes_.size() + 1);
    while (changes_.size() > kept) {
      undo(changes_.back());
      changes_.pop_back();
    }
    ::_exit(killed_code);
  }

  static void lose(const Dirty& dirty, Random& random) {
    const auto choice = random.below(4);
    if (choice == 0) return;  // all of it came to the disk
    struct stat status{};
    if (::fstat(dirty.descriptor, &status) != 0) return;
    if (choice == 1) {
      if (::ftruncate(dirty.descriptor, dirty.synced_size) != 0) return;
    } else if (status.st_size > dirty.synced_size) {
      // The size came, the bytes did not: none of them, or those from somewhere on.
      const auto fresh = static_cast<std::size_t>(status.st_size - dirty.synced_size);
      const std::size_t from = choice == 2 ? 0 : random.below(fresh);
      const std::string zeros(fresh - from, '\0');
      if (::pwrite(dirty.descriptor, zeros.data(), zeros.size(), dirty.synced_size + static_cast<off_t>(from)) < 0)
        return;
    }
    for (auto old = dirty.overwritten.rbegin(); old != dirty.overwritten.rend(); ++old) {
      if (::pwrite(dirty.descriptor, old->second.data(), old->second.size(), old->first) < 0) return;
    }
  }

  static void undo(const Change& change) {
    switch (change.kind) {
      case Change::Kind::made:
        ::unlink(change.path.c_str());
        return;
      case Change::Kind::renamed:
        ::rename(change.path.c_str(), change.from.c_str());
        break;
      case Change::Kind::removed:
        break;
      case Change::Kind::made_directory:
        ::rmdir(change.path.c_str());
        return;
      case Change::Kind::removed_directory:
        ::mkdir(change.path.c_str(), 0700);
        return;
    }
    if (!change.saved.empty()) ::rename(change.saved.c_str(), change.path.c_str());
  }

  bool armed_ = false;
  std::string root_, lost_;
  DiskPlan plan_;
  std::uint64_t calls_ = 0;
  std::uint64_t saved_ = 0;
  std::vector<Change> changes_;
  std::map<ino_t, Dirty> dirty_;
};

// Never destroyed: libraries write when the program ends.
Disk& disk() {
  static Disk& it = *new Disk;
  return it;
}

std::string path_of(int descriptor) {
  std::array<char, 4096> text{};
  const auto size = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), text.data(), text.size());
  return size < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(size));
}

std::string path_at(int directory, const char* path) {
  if (path[0] == '/') return path;
  return path_of(directory) + "/" + path;
}

bool exists(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0;
}

// True where the call must fail; errno is set.
bool fails(bool takes_room) {
  errno = disk().occasion(takes_room);
  return errno != 0;
}

template <class Real>
int open_at(int directory, const char* path, int flags, mode_t mode, Real real) {
  if (std::strcmp(path, "/proc/sys/kernel/random/boot_id") == 0 && !disk().boot_file.empty()) {
    return real(AT_FDCWD, disk().boot_file.c_str(), flags, mode);
  }
  const bool changes = (flags & (O_CREAT | O_TRUNC)) != 0;
  if (!disk().armed() || !changes) return real(directory, path, flags, mode);
  const auto whole = directory == AT_FDCWD ? std::string(path) : path_at(directory, path);
  if (!disk().holds(whole)) return real(directory, path, flags, mode);
  const bool fresh = !exists(whole);
  if (fails(fresh)) return -1;
  const int opened = real(directory, path, flags, mode);
  if (opened >= 0 && fresh && disk().journals()) disk().made(Change::Kind::made, whole);
  return opened;
}

template <class Real>
ssize_t write_at(int descriptor, off_t offset, std::size_t size, Real real) {
  if (!disk().armed() || !disk().holds(path_of(descriptor))) return real();
  if (fails(true)) return -1;
  if (disk().journals()) disk().will_write(descriptor, offset, size);
  return real();
}

off_t position(int descriptor) {
  struct stat status{};
  if ((::fcntl(descriptor, F_GETFL) & O_APPEND) != 0 && ::fstat(descriptor, &status) == 0) return status.st_size;
  return ::lseek(descriptor, 0, SEEK_CUR);
}

template <class Real>
int sync(int descriptor, Real real) {
  if (!disk().armed() || !disk().holds(path_of(descriptor) + "/")) return real(descriptor);
  if (fails(false)) return -1;
  const int result = real(descriptor);
  if (disk().journals()) disk().synced(descriptor);
  return result;
}

template <class Real>
int rename_to(const std::string& from, const std::string& to, Real real) {
  if (!disk().armed() || !disk().holds(to)) return real();
  if (fails(false)) return -1;
  if (!disk().journals()) return real();
  // Noted first: what stood there is gone afterwards. A rename that fails changes nothing, and neither does its
  // undoing.
  struct stat there{}, here{};
  const bool possible = ::lstat(from.c_str(), &here) == 0;
  const bool replaces = ::lstat(to.c_str(), &there) == 0;
  if (possible && !(replaces && S_ISDIR(there.st_mode))) disk().will_rename(from, to);
  return real();
}

template <class Real>
int remove_at(const std::string& path, bool directory, Real real) {
  if (!disk().armed() || !disk().holds(path)) return real();
  if (fails(false)) return -1;
  if (disk().journals() && exists(path) && !directory) disk().will_remove(path);
  const int result = real();
  if (result == 0 && disk().journals() && directory) disk().made(Change::Kind::removed_directory, path);
  return result;
}

template <class Real>
int make_at(Change::Kind kind, const std::string& path, Real real) {
  if (!disk().armed() || !disk().holds(path)) return real();
  if (fails(true)) return -1;
  const int result = real();
  if (result == 0 && disk().journals()) disk().made(kind, path);
  return result;
}

}  // namespace

void arm_disk(const std::filesystem::path& directory, DiskPlan plan) {
  disk().arm(directory, plan);
}

std::uint64_t disarm_disk() {
  return disk().disarm();
}

void set_boot_file(const std::filesystem::path& file) {
  disk().boot_file = file.string();
}

}  // namespace eka::sim

// What follows stands before the functions of libc, for every library of this program.
using namespace eka::sim;

extern "C" {

// The name without 64, which headers of libc replace.
int plain_open(const char* path, int flags, ...) __asm__("open");
int plain_open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | __O_TMPFILE)) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  static const auto real = next<int(int, const char*, int, ...)>("openat");
  return open_at(AT_FDCWD, path, flags, mode, real);
}

int open64(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | __O_TMPFILE)) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  static const auto real = next<int(int, const char*, int, ...)>("openat");
  return open_at(AT_FDCWD, path, flags, mode, real);
}

// The name without 64, which headers of libc replace.
int plain_openat(int directory, const char* path, int flags, ...) __asm__("openat");
int plain_openat(int directory, const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | __O_TMPFILE)) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  static const auto real = next<int(int, const char*, int, ...)>("openat");
  return open_at(directory, path, flags, mode, real);
}

int openat64(int directory, const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | __O_TMPFILE)) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  static const auto real = next<int(int, const char*, int, ...)>("openat");
  return open_at(directory, path, flags, mode, real);
}

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  static const auto real = next<ssize_t(int, const void*, std::size_t)>("write");
  if (!disk().armed()) return real(descriptor, bytes, size);
  return write_at(descriptor, position(descriptor), size, [&] { return real(descriptor, bytes, size); });
}

// The name without 64, which headers of libc replace.
ssize_t plain_pwrite(int descriptor, const void* bytes, std::size_t size, off_t offset) __asm__("pwrite");
ssize_t plain_pwrite(int descriptor, const void* bytes, std::size_t size, off_t offset) {
  static const auto real = next<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
  return write_at(descriptor, offset, size, [&] { return real(descriptor, bytes, size, offset); });
}

ssize_t pwrite64(int descriptor, const void* bytes, std::size_t size, off64_t offset) {
  static const auto real = next<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64");
  return write_at(descriptor, offset, size, [&] { return real(descriptor, bytes, size, offset); });
}

ssize_t writev(int descriptor, const iovec* pieces, int count) {
  static const auto real = next<ssize_t(int, const iovec*, int)>("writev");
  if (!disk().armed()) return real(descriptor, pieces, count);
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += pieces[i].iov_len;
  return write_at(descriptor, position(descriptor), size, [&] { return real(descriptor, pieces, count); });
}

// The name without 64, which headers of libc replace.
int plain_ftruncate(int descriptor, off_t size) noexcept __asm__("ftruncate");
int plain_ftruncate(int descriptor, off_t size) noexcept {
  static const auto real = next<int(int, off_t)>("ftruncate");
  return static_cast<int>(write_at(descriptor, size, std::size_t{1} << 40, [&] { return real(descriptor, size); }));
}

int ftruncate64(int descriptor, off64_t size) noexcept {
  static const auto real = next<int(int, off64_t)>("ftruncate64");
  return static_cast<int>(write_at(descriptor, size, std::size_t{1} << 40, [&] { return real(descriptor, size); }));
}

int fsync(int descriptor) {
  static const auto real = next<int(int)>("fsync");
  return sync(descriptor, real);
}

int fdatasync(int descriptor) {
  static const auto real = next<int(int)>("fdatasync");
  return sync(descriptor, real);
}

int rename(const char* from, const char* to) noexcept {
  static const auto real = next<int(const char*, const char*)>("rename");
  return rename_to(from, to, [&] { return real(from, to); });
}

int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
  static const auto real = next<int(int, const char*, int, const char*)>("renameat");
  if (!disk().armed()) return real(from_directory, from, to_directory, to);
  return rename_to(path_at(from_directory, from), path_at(to_directory, to),
                   [&] { return real(from_directory, from, to_directory, to); });
}

int renameat2(int from_directory, const char* from, int to_directory, const char* to, unsigned flags) noexcept {
  static const auto real = next<int(int, const char*, int, const char*, unsigned)>("renameat2");
  if (!disk().armed()) return real(from_directory, from, to_directory, to, flags);
  const auto target = path_at(to_directory, to);
  // RENAME_NOREPLACE and something stands there: it fails by itself.
  if (exists(target)) return real(from_directory, from, to_directory, to, flags);
  return rename_to(path_at(from_directory, from), target,
                   [&] { return real(from_directory, from, to_directory, to, flags); });
}

int unlink(const char* path) noexcept {
  static const auto real = next<int(const char*)>("unlink");
  return remove_at(path, false, [&] { return real(path); });
}

int unlinkat(int directory, const char* path, int flags) noexcept {
  static const auto real = next<int(int, const char*, int)>("unlinkat");
  if (!disk().armed()) return real(directory, path, flags);
  return remove_at(path_at(directory, path), (flags & AT_REMOVEDIR) != 0, [&] { return real(directory, path, flags); });
}

int rmdir(const char* path) noexcept {
  static const auto real = next<int(const char*)>("rmdir");
  return remove_at(path, true, [&] { return real(path); });
}

int remove(const char* path) noexcept {
  struct stat status{};
  if (::lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) return ::rmdir(path);
  return ::unlink(path);
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = next<int(const char*, mode_t)>("mkdir");
  return make_at(Change::Kind::made_directory, path, [&] { return real(path, mode); });
}

int mkdirat(int directory, const char* path, mode_t mode) noexcept {
  static const auto real = next<int(int, const char*, mode_t)>("mkdirat");
  if (!disk().armed()) return real(directory, path, mode);
  return make_at(Change::Kind::made_directory, path_at(directory, path), [&] { return real(directory, path, mode); });
}

int link(const char* from, const char* to) noexcept {
  static const auto real = next<int(const char*, const char*)>("link");
  return make_at(Change::Kind::made, to, [&] { return real(from, to); });
}

int symlinkat(const char* target, int directory, const char* path) noexcept {
  static const auto real = next<int(const char*, int, const char*)>("symlinkat");
  if (!disk().armed()) return real(target, directory, path);
  return make_at(Change::Kind::made, path_at(directory, path), [&] { return real(target, directory, path); });
}

}  // extern "C"
