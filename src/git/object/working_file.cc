#include "git/object/working_file.h"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "coro/process/descriptor.h"

namespace eka::git {
namespace {

namespace fs = std::filesystem;
using coro::Descriptor;

constexpr const char* suffix = ".eka-new";

std::string shown(const fs::path& path) {
  return printable(path.native());
}

[[noreturn]] void throw_errno(const std::string& what, const fs::path& path) {
  throw Error(Kind::failure,
              fmt::format("cannot {} {}: {}", what, shown(path), std::generic_category().message(errno)));
}

Error leads_out(const fs::path& root, const fs::path& path) {
  return Error(Kind::usage, fmt::format("{} is outside of {}", shown(root / path), shown(root)))
      .with_hint("files of a package set must be inside its directory: replace the symbolic link with its target");
}

// Resolves `path`, which must be below `root`; nullopt if it does not exist.
std::optional<fs::path> place_below(const fs::path& root, const fs::path& path) {
  std::error_code failure;
  auto found = fs::canonical(root / path, failure);
  if (failure == std::errc::no_such_file_or_directory || failure == std::errc::not_a_directory) return std::nullopt;
  if (failure) {
    throw Error(Kind::failure, fmt::format("cannot open {}: {}", shown(root / path), failure.message()));
  }
  const auto relative = found.lexically_relative(fs::canonical(root));
  if (relative.empty() || *relative.begin() == "..") throw leads_out(root, path);
  return found;
}

constexpr int read_flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

Descriptor open_below(const fs::path& root, const fs::path& path) {
  const Descriptor base(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (base.get() < 0) return {};
  open_how how{};
  how.flags = read_flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  int found = -1;
  do {
    found = static_cast<int>(::syscall(SYS_openat2, base.get(), path.c_str(), &how, sizeof how));
  } while (found < 0 && (errno == EINTR || errno == EAGAIN));  // EAGAIN: a parent directory was renamed
  if (found < 0 && errno == EXDEV) throw leads_out(root, path);
  // Old kernels do not support the call, and old container runtimes return EPERM for unknown calls.
  if (found < 0 && (errno == ENOSYS || errno == EPERM)) {
    const auto place = place_below(root, path);
    errno = ENOENT;
    if (place) found = ::open(place->c_str(), read_flags | O_NOFOLLOW);
  }
  return Descriptor(found);
}

std::string read_all(const Descriptor& file, const fs::path& path, std::uint64_t size, std::uint64_t limit) {
  std::string content;
  content.reserve(std::min(size, limit));
  std::array<char, 65536> block{};
  for (;;) {
    const auto got = ::read(file.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path);
    if (got == 0) return content;
    content.append(block.data(), static_cast<std::size_t>(got));
    if (content.size() > limit) {
      throw Error(Kind::usage, fmt::format("{} is too large: the limit is {} bytes", shown(path), limit));
    }
  }
}

class NewFile {
 public:
  // Replaces an existing file; a symbolic link is not followed.
  NewFile(fs::path path, mode_t mode) : path_(std::move(path)) {
    if (::unlink(path_.c_str()) != 0 && errno != ENOENT) throw_errno("remove", path_);
    file_ = Descriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (file_.get() < 0) throw_errno("write", path_);
  }
  void set_mode(mode_t mode) const { (void)::fchmod(file_.get(), mode); }
  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw_errno("write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(file_.get()) != 0) throw_errno("sync", path_);
  }

 private:
  fs::path path_;
  Descriptor file_;
};

}  // namespace

std::optional<std::string> read_working_file(const fs::path& root, const fs::path& path, std::uint64_t limit) {
  const Descriptor file = open_below(root, path);
  const fs::path name = root / path;
  struct stat status{};
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    // A socket, a loop of links, or missing permissions.
    throw_errno("open", name);
  }
  if (::fstat(file.get(), &status) != 0) throw_errno("read", name);
  if (!S_ISREG(status.st_mode)) throw Error(Kind::usage, shown(name) + " is not a regular file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > limit) {
    throw Error(Kind::usage, fmt::format("{} is too large: {} bytes, over the limit of {}", shown(name), size, limit));
  }
  return read_all(file, name, size, limit);
}

std::optional<std::string> read_named_file(const fs::path& path, std::uint64_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC));
  if (file.get() < 0) return std::nullopt;
  struct stat status{};
  if (::fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
    throw Error(Kind::usage, fmt::format("cannot read {}: it is a directory", shown(path)));
  }
  return read_all(file, path, 0, limit);
}

std::string read_required_file(const fs::path& path, std::uint64_t limit) {
  auto text = read_named_file(path, limit);
  if (text) return *std::move(text);
  const auto why = std::generic_category().message(errno);
  throw Error(Kind::usage, fmt::format("cannot read {}: {}", shown(path), why));
}

void replace_working_file(const fs::path& root, const fs::path& path, const std::string& content) {
  auto place = place_below(root, path);
  if (!place) {
    std::error_code absent;
    if (fs::is_symlink(fs::symlink_status(root / path, absent))) throw leads_out(root, path);  // a dangling link
    const auto directory = place_below(root, path.parent_path());
    if (!directory) throw Error(Kind::failure, shown((root / path).parent_path()) + " is not a directory");
    place = *directory / path.filename();
  }
  const fs::path& target = *place;
  struct stat status{};
  const bool exists = ::lstat(target.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) throw Error(Kind::usage, shown(target) + " is not a regular file");
  fs::path beside = target;
  beside += suffix;
  {
    const NewFile file(beside, exists ? 0600 : 0666);
    if (exists) file.set_mode(status.st_mode & 07777);
    file.write(content);
  }
  if (::rename(beside.c_str(), target.c_str()) != 0) throw_errno("replace", target);
  const Descriptor directory(::open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) (void)::fsync(directory.get());
}

}  // namespace eka::git
