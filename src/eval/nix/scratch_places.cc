#include "eval/nix/scratch_places.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "coro/run/allowance.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

bool is_in_memory(const fs::path& directory) {
  struct statfs about{};
  return ::statfs(directory.c_str(), &about) == 0 && about.f_type == TMPFS_MAGIC;
}

// Other users may write to `shared`, so the directory must be checked: it may be theirs, or a link.
std::optional<fs::path> own_directory(const fs::path& shared) {
  std::error_code error;
  const fs::path real = fs::canonical(shared, error);
  if (error || !is_in_memory(real)) return std::nullopt;
  fs::path own = real / ("eka-" + std::to_string(::geteuid()));
  ::mkdir(own.c_str(), 0700);
  struct stat about{};
  if (::lstat(own.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) return std::nullopt;
  if (about.st_uid != ::geteuid() || (about.st_mode & 0077) != 0) return std::nullopt;
  return own;
}

std::uint64_t free_bytes(const fs::path& directory) {
  std::error_code error;
  const fs::space_info space = fs::space(directory, error);
  return error ? 0 : space.available;
}

}  // namespace

std::uint64_t available_memory(const fs::path& root) {
  const std::uint64_t left = coro::Allowance::of_this_process(root).memory_left.value_or(UINT64_MAX);
  std::ifstream in(root / "proc/meminfo");
  for (std::string line; std::getline(in, line);) {
    constexpr std::string_view key = "MemAvailable:";
    if (!line.starts_with(key)) continue;
    return std::min<std::uint64_t>(left, std::strtoull(line.c_str() + key.size(), nullptr, 10) << 10);
  }
  return 0;
}

ScratchPlaces::ScratchPlaces(fs::path disk, fs::path shared) : disk_(std::move(disk)), memory_(own_directory(shared)) {}

const fs::path& ScratchPlaces::for_writing(std::uint64_t bytes) const {
  if (!memory_ || bytes > UINT64_MAX / 2) return disk_;
  const std::uint64_t room = std::min(free_bytes(*memory_), available_memory());
  return room >= 2 * bytes ? *memory_ : disk_;
}

}  // namespace eka::eval
