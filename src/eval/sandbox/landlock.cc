#include "eval/sandbox/landlock.h"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "coro/process/descriptor.h"

namespace eka::eval {
namespace {

// Constants of the kernel that older headers lack. https://docs.kernel.org/userspace-api/landlock.html
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
constexpr std::uint64_t access_ioctl_device = 1ULL << 15;
constexpr std::uint64_t bind_and_connect_tcp = 3;
constexpr std::uint64_t abstract_sockets_and_signals = 3;

constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t running = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t writing = reading | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE |
                                  LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                  LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                  LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER;
// Rights that apply to files other than directories.
constexpr std::uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                   LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;

// struct landlock_ruleset_attr as of version 6; older kernels accept a shorter one.
struct Handled {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scoped = 0;
};

struct Version {
  Handled handled;
  std::size_t size;
};

Version version(long abi) {
  Version version{.handled = {.files = LANDLOCK_ACCESS_FS_REFER - 1}, .size = sizeof(std::uint64_t)};
  if (abi >= 2) version.handled.files |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) version.handled.files |= LANDLOCK_ACCESS_FS_TRUNCATE;
  if (abi >= 4) version = {{version.handled.files, bind_and_connect_tcp, 0}, 2 * sizeof(std::uint64_t)};
  if (abi >= 5) version.handled.files |= access_ioctl_device;
  if (abi >= 6)
    version = {{version.handled.files, bind_and_connect_tcp, abstract_sockets_and_signals}, sizeof(Handled)};
  return version;
}

[[noreturn]] void refuse_landlock(const std::string& what) {
  throw Error(Kind::failure, "cannot set up Landlock: " + what + ": " + std::strerror(errno));
}

class Ruleset {
 public:
  explicit Ruleset(const Version& version)
      : handled_(version.handled.files),
        file_(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &version.handled, version.size, 0))) {
    if (file_.get() < 0) refuse_landlock("create a ruleset");
  }

  void grant(const std::vector<std::string>& paths, std::uint64_t access) {
    for (const std::string& path : paths) grant(path, access);
  }

  void enforce() const {
    if (::syscall(SYS_landlock_restrict_self, file_.get(), 0) != 0) refuse_landlock("enforce the ruleset");
  }

 private:
  void grant(const std::string& path, std::uint64_t access) {
    const coro::Descriptor at(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (at.get() < 0 && errno == ENOENT) return;
    struct stat about{};
    if (at.get() < 0 || ::fstat(at.get(), &about) != 0) refuse_landlock(path);
    if (!S_ISDIR(about.st_mode)) access &= of_files;
    const landlock_path_beneath_attr rule{.allowed_access = access & handled_, .parent_fd = at.get()};
    if (::syscall(SYS_landlock_add_rule, file_.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) refuse_landlock(path);
  }

  std::uint64_t handled_;
  coro::Descriptor file_;
};

}  // namespace

int landlock_version() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

bool confine(const Grants& grants) {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 0 && (errno == ENOSYS || errno == EOPNOTSUPP)) return false;
  if (abi < 0) refuse_landlock("get the version");
  Ruleset ruleset(version(abi));
  ruleset.grant(grants.run, running);
  ruleset.grant(grants.read, reading);
  ruleset.grant(grants.write, writing);
  ruleset.enforce();
  return true;
}

}  // namespace eka::eval
