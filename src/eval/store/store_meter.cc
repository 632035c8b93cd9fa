#include "eval/store/store_meter.h"

#include <algorithm>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "coro/process/descriptor.h"

namespace eka::eval {
namespace {

constexpr std::uint64_t block = 4096;
constexpr std::chrono::milliseconds fresh{100};

// The number of open descriptors grows with the depth. Regular stores are not this deep.
constexpr std::size_t deepest = 64;

struct Walk {
  std::uint64_t limit;
  coro::Stop stop;
  std::uint64_t sum = 0;

  void add(const struct stat& about) {
    const auto on_disk = static_cast<std::uint64_t>(about.st_blocks) * 512;
    sum += std::max({static_cast<std::uint64_t>(about.st_size), on_disk, block});
  }

  void directory(int number, std::size_t depth) {
    DIR* const listing = ::fdopendir(number);
    if (listing == nullptr) {
      ::close(number);
      return;
    }
    while (const dirent* entry = sum <= limit ? ::readdir(listing) : nullptr) {
      const std::string_view name = static_cast<const char*>(entry->d_name);
      if (name != "." && name != "..") visit(::dirfd(listing), entry->d_name, depth);
    }
    ::closedir(listing);
  }

  void visit(int parent, const char* name, std::size_t depth) {
    struct stat about{};
    if (stop.requested() || ::fstatat(parent, name, &about, AT_SYMLINK_NOFOLLOW) != 0) return;
    add(about);
    if (!S_ISDIR(about.st_mode)) return;
    if (depth == deepest) {
      sum = limit + 1;  // cannot be measured
      return;
    }
    const int below = ::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below >= 0) directory(below, depth + 1);
  }
};

}  // namespace

bool StoreMeter::is_over(coro::Stop stop, bool exactly) {
  const auto now = Clock::now();
  const bool is_fresh = when_ && now - *when_ < fresh && last_ < limit_ / 2;
  if (!exactly && is_fresh) return false;
  last_ = measure(stop);
  when_ = Clock::now();
  cost_ = *when_ - now;
  stop.check();
  return last_ > limit_;
}

std::chrono::milliseconds StoreMeter::pause() const {
  return std::max(std::chrono::milliseconds(200), std::chrono::duration_cast<std::chrono::milliseconds>(10 * cost_));
}

std::uint64_t StoreMeter::measure(coro::Stop stop) const {
  Walk walk{limit_, stop};
  const int root = ::open(store_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (root >= 0) walk.directory(root, 0);
  return walk.sum;
}

}  // namespace eka::eval
