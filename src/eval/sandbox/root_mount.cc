#include "eval/sandbox/root_mount.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>
#include <string_view>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "coro/process/descriptor.h"

namespace eka::eval {
namespace {

[[noreturn]] void refuse_root(const std::string& what) {
  throw Error(Kind::failure, "cannot set up the sandbox: " + what + ": " + std::strerror(errno));
}

void write_to(const char* file, const std::string& text) {
  const coro::Descriptor opened(::open(file, O_WRONLY | O_CLOEXEC));
  if (::write(opened.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) refuse_root(file);
}

// Whether this mount namespace shows all of /proc. Container engines cover parts of it, and then the kernel does not
// allow to mount another one.
bool shows_all_of_proc() {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> table(std::fopen("/proc/self/mountinfo", "re"));
  if (!table) return false;
  std::array<char, 8192> line{};
  std::array<char, 4096> place{};
  while (std::fgets(line.data(), line.size(), table.get()) != nullptr) {
    if (std::sscanf(line.data(), "%*s %*s %*s %*s %4095s", place.data()) != 1) continue;
    const std::string_view at = place.data();
    // A directory without files, which may be covered.
    if (at.starts_with("/proc/") && at != "/proc/sys/fs/binfmt_misc") return false;
  }
  return true;
}

class RootMount {
 public:
  explicit RootMount(std::string at) : at_(std::move(at)) {
    if (::mount("eka", at_.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0) refuse_root("mount a tmpfs");
  }

  void directory(const std::string& inside) {
    if (!made_.insert(inside).second || inside.empty() || inside == "/") return;
    directory(inside.substr(0, inside.rfind('/')));
    if (::mkdir((at_ + inside).c_str(), 0755) != 0 && errno != EEXIST) refuse_root(printable(inside));
  }

  void bind(const Sandbox::Bind& bind) {
    const std::string target = at_ + bind.inside;
    struct stat about{};
    if (::stat(bind.outside.c_str(), &about) != 0) refuse_root(printable(bind.outside));
    if (S_ISDIR(about.st_mode)) {
      directory(bind.inside);
      covered_.insert(bind.inside);
    } else {
      directory(bind.inside.substr(0, bind.inside.rfind('/')));
      const coro::Descriptor made(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
      if (made.get() < 0) refuse_root(printable(bind.inside));
    }
    if (::mount(bind.outside.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) != 0)
      refuse_root(printable(bind.outside));
  }

  // From then on, nothing can be created, and the directories can be entered, but not listed (sandbox.h). Until then,
  // they are writable: a child of the fork server has no right to override their modes.
  void seal() {
    for (const std::string& inside : made_) {
      if (!covered_.contains(inside) && ::chmod((at_ + inside).c_str(), 0111) != 0) refuse_root(printable(inside));
    }
    if (::chmod(at_.c_str(), 0111) != 0) refuse_root("restrict the root");
    restrict_to(at_, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  }

  // Its directory exists: it was created before the root became read-only.
  void writable(const Sandbox::Bind& bind) {
    const std::string target = at_ + bind.inside;
    if (::mount(bind.outside.c_str(), target.c_str(), nullptr, MS_BIND, nullptr) != 0)
      refuse_root(printable(bind.outside));
    restrict_to(target, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  }

 private:
  // Applies to `mounted` and all mounts below it, at once.
  static void restrict_to(const std::string& mounted, std::uint64_t attributes) {
    mount_attr restricted{};
    restricted.attr_set = attributes;
    if (::syscall(SYS_mount_setattr, AT_FDCWD, mounted.c_str(), AT_RECURSIVE, &restricted, sizeof restricted) != 0) {
      refuse_root("make it read-only");
    }
  }

  std::string at_;
  std::set<std::string> made_;
  std::set<std::string> covered_;  // by a bind mount: their modes are those of the bound directory
};

}  // namespace

void enter_namespaces() {
  const std::string user = std::to_string(::geteuid());
  const std::string group = std::to_string(::getegid());
  // Without a /proc of its own (guard.h), bwrap cannot work in a new PID namespace.
  const int processes = shows_all_of_proc() ? CLONE_NEWPID : 0;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS | processes) != 0) refuse_root("create namespaces");
  write_to("/proc/self/setgroups", "deny");
  write_to("/proc/self/uid_map", user + " " + user + " 1");
  write_to("/proc/self/gid_map", group + " " + group + " 1");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) refuse_root("make mounts private");
}

void mount_root(const std::string& at, const std::vector<Sandbox::Bind>& binds, const Sandbox::Bind& store) {
  enter_namespaces();
  fill_root(at, binds, store);
}

void fill_root(const std::string& at, const std::vector<Sandbox::Bind>& binds, const Sandbox::Bind& store) {
  ::umask(022);
  RootMount root(at);
  for (const Sandbox::Bind& bind : binds) root.bind(bind);
  root.directory(store.inside);
  root.seal();
  root.writable(store);
}

}  // namespace eka::eval
