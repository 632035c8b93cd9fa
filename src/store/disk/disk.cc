#include "store/disk/disk.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"

namespace eka::store {
namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// Opens one component at a time, for kernels and containers without openat2. Same result with more system calls.
FileDescriptor walk_beneath(int root, std::string_view relative) {
  FileDescriptor here(::openat(root, ".", directory_flags));
  while (here && !relative.empty()) {
    const std::string name(relative.substr(0, relative.find('/')));
    relative.remove_prefix(std::min(relative.size(), name.size() + 1));
    if (name == "..") {
      errno = EXDEV;
      return {};
    }
    here = FileDescriptor(::openat(here.get(), name.c_str(), directory_flags));
  }
  return here;
}

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

// Removes the content of a directory with one open descriptor at a time, without recursion or growing paths, so it
// handles any depth that mkdirat() can create. On the way up, ".." must be the directory that was left on the way down.
class Remover {
 public:
  explicit Remover(FileDescriptor root) : here_(std::move(root)) {}

  void run() {
    enter({});
    while (true) {
      if (!path_.back().directories.empty()) {
        std::string name = std::move(path_.back().directories.back());
        path_.back().directories.pop_back();
        FileDescriptor below = open_to_remove(name);
        if (!below) continue;
        here_ = std::move(below);
        enter(std::move(name));
      } else if (path_.size() == 1) {
        return;
      } else {
        leave();
      }
    }
  }

 private:
  struct Directory {
    std::string name;  // relative to its parent
    dev_t device = 0;
    ino_t inode = 0;
    std::vector<std::string> directories;  // still to be removed
  };

  // An unreadable directory is made readable first.
  FileDescriptor open_to_remove(const std::string& name) const {
    FileDescriptor found(::openat(here_.get(), name.c_str(), directory_flags));
    if (found || errno != EACCES) return found;
    const FileDescriptor handle(::openat(here_.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (handle) ::chmod(("/proc/self/fd/" + std::to_string(handle.get())).c_str(), 0700);
    return FileDescriptor(::openat(here_.get(), name.c_str(), directory_flags));
  }

  // Processes `here_`: removes its files and records its directories.
  void enter(std::string name) {
    ::fchmod(here_.get(), 0700);
    Directory directory{.name = std::move(name), .directories = {}};
    identify(directory.device, directory.inode);
    FileDescriptor again(::openat(here_.get(), ".", directory_flags));
    if (again) {
      for (std::string& entry : names_in(std::move(again))) {
        if (::unlinkat(here_.get(), entry.c_str(), 0) != 0 && (errno == EISDIR || errno == EPERM)) {
          directory.directories.push_back(std::move(entry));
        }
      }
    }
    path_.push_back(std::move(directory));
  }

  void leave() {
    const std::string name = std::move(path_.back().name);
    path_.pop_back();
    here_ = FileDescriptor(::openat(here_.get(), "..", directory_flags));
    dev_t device = 0;
    ino_t inode = 0;
    identify(device, inode);
    if (device != path_.back().device || inode != path_.back().inode) {
      throw Error(Kind::failure, "a directory was moved while it was being removed");
    }
    ::unlinkat(here_.get(), name.c_str(), AT_REMOVEDIR);
  }

  void identify(dev_t& device, ino_t& inode) const {
    struct stat status{};
    if (::fstat(here_.get(), &status) != 0) throw_errno("cannot remove a directory");
    device = status.st_dev;
    inode = status.st_ino;
  }

  FileDescriptor here_;
  std::vector<Directory> path_;
};

}  // namespace

void FileDescriptor::reset() {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

Error errno_error(std::string_view what) {
  const int code = errno;
  std::string hint;
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
    hint = "free disk space (`eka cache gc`), or choose another directory with cache.root or EKA_CACHE_ROOT";
  } else if (code == ENOENT) {  // the file existed when the run began
    hint = "files of the cache were removed during the run: run it again, and remove files only with `eka cache gc`";
  }
  return Error(Kind::failure, std::string(what) + ": " + std::generic_category().message(code)).with_hint(hint);
}

void throw_errno(std::string_view what) {
  throw errno_error(what);
}

void make_directories(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return;
  if (errno == ENOENT && path.has_relative_path()) {
    make_directories(path.parent_path());
    if (::mkdir(path.c_str(), 0700) == 0) return;
  }
  const int code = errno;
  struct stat status{};
  if (code == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return;
  errno = code;
  throw_errno("cannot create the directory " + printable(path.native()));
}

FileDescriptor create_file(const std::filesystem::path& path) {
  return FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
}

void write_all(int descriptor, std::string_view bytes, std::string_view what) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno(what);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::optional<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  return read_file_at(AT_FDCWD, path.native(), limit);
}

std::optional<std::string> read_file_at(int directory, const std::string& name, std::size_t limit) {
  const FileDescriptor file(::openat(directory, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  std::string content;
  std::array<char, 65536> block{};
  while (content.size() <= limit) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return content;
    content.append(block.data(), static_cast<std::size_t>(count));
  }
  return std::nullopt;
}

void make_durable(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  // Some file systems cannot sync a directory and return EINVAL; nothing more can be done then.
  if (!file || (::fsync(file.get()) != 0 && errno != EINVAL)) throw_errno("cannot sync " + printable(path.native()));
}

FileDescriptor open_directory_beneath(int root, const std::string& relative) {
  static std::atomic<bool> missing = false;  // the kernel has no openat2
  FileDescriptor found;
  if (!missing) {
    open_how how{};
    how.flags = directory_flags;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const char* path = relative.empty() ? "." : relative.c_str();
    do {
      found = FileDescriptor(static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how)));
    } while (!found && (errno == EINTR || errno == EAGAIN));  // EAGAIN: a concurrent rename above the directory
    // Old container runtimes return EPERM for system calls they do not know.
    if (!found && (errno == ENOSYS || errno == EPERM)) missing = true;
  }
  if (missing) found = walk_beneath(root, relative);
  if (!found) throw_errno("cannot open the directory \"" + printable(relative.empty() ? "." : relative) + "\"");
  return found;
}

std::vector<std::string> names_in(FileDescriptor descriptor) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(descriptor.get()));
  if (directory) descriptor.release();  // closedir closes it
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

bool rename_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST || errno == ENOTEMPTY) return false;
  // Not every file system supports it. A hard link never replaces an existing file, and renaming a directory never
  // replaces a non-empty one.
  if (errno == EINVAL || errno == ENOSYS) {
    const bool linked = ::link(from.c_str(), to.c_str()) == 0;
    if (linked) {
      ::unlink(from.c_str());
      return true;
    }
    if (errno == EEXIST) return false;
    if (::rename(from.c_str(), to.c_str()) == 0) return true;
    if (errno == EEXIST || errno == ENOTEMPTY) return false;
  }
  throw_errno("cannot rename to " + printable(to.native()));
}

void remove_tree(const std::filesystem::path& path) noexcept try {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
  FileDescriptor root(::open(path.c_str(), directory_flags));
  if (!root && errno == EACCES) {
    ::chmod(path.c_str(), 0700);
    root = FileDescriptor(::open(path.c_str(), directory_flags));
  }
  if (!root) return;
  Remover(std::move(root)).run();
  ::rmdir(path.c_str());
} catch (const std::exception&) {
  // The next run removes what remains.
}

}  // namespace eka::store
