#include "store/disk/cache_owner.h"

#include <array>
#include <cerrno>
#include <deque>
#include <string>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/owner.h"
#include "base/text.h"
#include "store/disk/disk.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;

// Whether the group has this user as its only member, as on distributions that give each user a private group.
bool is_private_group(gid_t group) {
  std::array<char, 16384> user_text{}, group_text{};
  passwd user{};
  passwd* found_user = nullptr;
  if (::getpwuid_r(::geteuid(), &user, user_text.data(), user_text.size(), &found_user) != 0 || !found_user ||
      user.pw_gid != group) {
    return false;
  }
  struct group entry{};
  struct group* found_group = nullptr;
  if (::getgrgid_r(group, &entry, group_text.data(), group_text.size(), &found_group) != 0 || !found_group)
    return false;
  if (std::string_view(entry.gr_name) != user.pw_name) return false;
  for (char** member = entry.gr_mem; *member != nullptr; ++member) {
    if (std::string_view(*member) != user.pw_name) return false;
  }
  return true;
}

// Whether `user` is the id that a user namespace shows for users without a mapping.
bool is_unknown_user(uid_t user) {
  const auto overflow = read_file("/proc/sys/kernel/overflowuid", 32);
  if (!overflow || *overflow != std::to_string(user) + "\n") return false;
  // Each line is "inside outside count". Outside of any namespace, one range covers all ids.
  const auto map = read_file("/proc/self/uid_map", 4096);
  return map && map->find("4294967295") == std::string::npos;
}

bool others_may_write(const struct stat& status) {
  return (status.st_mode & S_IWOTH) != 0 || ((status.st_mode & S_IWGRP) != 0 && !is_private_group(status.st_gid));
}

Error refusal(const fs::path& root, const fs::path& directory, const std::string& why) {
  return Error(Kind::failure, "the cache at " + printable(root.native()) +
                                  " is not safe to use: " + printable(directory.native()) + " " + why);
}

constexpr const char* choose_another = "choose another directory with cache.root or EKA_CACHE_ROOT";

void check_owner(const fs::path& root, const fs::path& directory, const struct stat& status, bool is_cache) {
  if (is_own_user(status.st_uid) || status.st_uid == 0) return;
  if (!is_cache && is_unknown_user(status.st_uid)) return;
  throw refusal(root, directory, "belongs to another user (" + std::to_string(status.st_uid) + ")")
      .with_hint(choose_another);
}

void check_directory(const fs::path& root, const fs::path& directory, const struct stat& status, bool is_cache) {
  if (!S_ISDIR(status.st_mode)) throw refusal(root, directory, "is not a directory").with_hint(choose_another);
  check_owner(root, directory, status, is_cache);
  const bool is_sticky = (status.st_mode & S_ISVTX) != 0 && !is_cache;
  if (is_sticky || !others_may_write(status)) return;
  throw refusal(root, directory, "is writable by other users")
      .with_hint(is_own_user(status.st_uid) ? "`chmod go-w " + printable(directory.native()) + "`, or " + choose_another
                                            : choose_another);
}

}  // namespace

fs::path trusted_cache_root(const fs::path& root) {
  const fs::path absolute = fs::absolute(root).lexically_normal();
  fs::path here = absolute.root_path();
  const fs::path below = absolute.relative_path();
  std::deque<fs::path> names(below.begin(), below.end());
  std::erase_if(names, [](const fs::path& name) { return name.empty(); });
  for (int links = 0; !names.empty();) {
    struct stat status{};
    if (::lstat(here.c_str(), &status) != 0) throw_errno("cannot access " + printable(here.native()));
    check_directory(absolute, here, status, false);
    const fs::path name = names.front();
    const fs::path next = name == ".." ? here.parent_path() : here / name;
    if (::lstat(next.c_str(), &status) != 0) {
      if (errno != ENOENT) throw_errno("cannot access " + printable(next.native()));
      for (const fs::path& missing : names) here /= missing;
      return here;
    }
    names.pop_front();
    if (!S_ISLNK(status.st_mode)) {
      here = next;
      continue;
    }
    check_owner(absolute, next, status, false);
    if (++links > most_links) throw refusal(absolute, next, "is a loop of symbolic links").with_hint(choose_another);
    const fs::path target = fs::read_symlink(next);
    if (target.is_absolute()) here = target.root_path();
    const fs::path parts = target.relative_path();
    std::deque<fs::path> first(parts.begin(), parts.end());
    std::erase_if(first, [](const fs::path& part) { return part.empty() || part == "."; });
    names.insert(names.begin(), first.begin(), first.end());
  }
  struct stat status{};
  if (::lstat(here.c_str(), &status) != 0) throw_errno("cannot access " + printable(here.native()));
  check_directory(absolute, here, status, true);
  return here;
}

fs::path make_cache_root(const fs::path& root) {
  const fs::path place = trusted_cache_root(root);
  make_directories(place);
  return trusted_cache_root(place);
}

}  // namespace eka::store
