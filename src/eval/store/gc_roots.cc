#include "eval/store/gc_roots.h"

#include <chrono>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "atom/hash/base_n.h"
#include "atom/hash/digest.h"
#include "eval/store/daemon.h"
#include "eval/store/derivation.h"
#include "eval/store/real_store.h"
#include "store/disk/disk.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours touch_interval{24};

bool points_at(const fs::path& link, const std::string& target) {
  std::error_code ignored;
  return fs::read_symlink(link, ignored) == target;
}

// Creates or replaces a link atomically.
void put_link(const fs::path& link, const std::string& target) {
  const fs::path partial = link.parent_path() / ("." + link.filename().string() + "." + std::to_string(::getpid()));
  fs::remove(partial);
  fs::create_symlink(target, partial);
  fs::rename(partial, link);
}

// The store's link of the root; nothing for a store on another machine. For a daemon it is a guess: if the daemon is
// configured differently, it is asked more often than necessary.
std::optional<fs::path> kept_by_store(const std::string& store, const fs::path& link) {
  const auto root = root_of(store);
  if (!root) return std::nullopt;
  return *root / "nix/var/nix/gcroots/auto" / atom::nix_base32(atom::Sha1::of(link.native()));
}

// Updates the time of the link itself, not of its target, at most once per `touch_interval`.
void touch_rarely(const fs::path& link) {
  struct stat about{};
  if (::lstat(link.c_str(), &about) != 0) return;
  const auto touched = std::chrono::system_clock::from_time_t(about.st_mtime);
  if (std::chrono::system_clock::now() - touched < touch_interval) return;
  ::utimensat(AT_FDCWD, link.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

}  // namespace

fs::path GcRoots::link(const std::string& path) const {
  return directory_ / fs::path(path).filename();
}

bool GcRoots::stands(const std::string& path) const {
  const fs::path ours = link(path);
  const auto theirs = kept_by_store(store_, ours);
  return points_at(ours, path) && theirs && points_at(*theirs, ours.native());
}

void GcRoots::register_link(const fs::path& ours) const {
  const auto theirs = kept_by_store(store_, ours);
  if (!theirs) throw Error(Kind::failure, "cannot create garbage collector roots in the store " + store_);
  fs::create_directories(theirs->parent_path());
  put_link(*theirs, ours.native());
}

Result<void> GcRoots::keep(const std::vector<std::string>& paths) const try {
  std::optional<Daemon> daemon;
  const auto socket = Daemon::socket_of(store_);
  for (const std::string& path : paths) {
    if (!is_store_path(path)) return fail(Kind::failure, "not a store path");
    const fs::path ours = link(path);
    if (stands(path)) {
      touch_rarely(ours);
      continue;
    }
    store::make_directories(directory_);
    put_link(ours, path);
    if (socket) {
      if (!daemon) daemon.emplace(*socket);
      daemon->add_indirect_root(ours.native());
    } else {
      register_link(ours);
    }
  }
  return {};
} catch (const Error& e) {
  return std::unexpected(e);
} catch (const fs::filesystem_error& e) {
  const fs::path& place = e.path2().empty() ? e.path1() : e.path2();  // for a symlink, path1 is its target
  return fail(Kind::failure, "cannot write " + place.string() + ": " + e.code().message());
}

}  // namespace eka::eval
