#include "engine/doctor/real_machine.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <sstream>

#include <sys/stat.h>
#include <unistd.h>

#include "coro/process/process.h"
#include "eval/sandbox/landlock.h"
#include "eval/store/real_store.h"
#include "git/config/child_environment.h"
#include "git/config/user_config.h"
#include "git/object/working_file.h"
#include "store/disk/cache_owner.h"
#include "store/disk/places.h"
#include "store/disk/write_access.h"
#include "store/maintenance/stock.h"

namespace eka::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience{10};

fs::path nearest_that_exists(fs::path path) {
  std::error_code ignored;
  while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return path;
}

int days_since(const fs::file_time_type& time) {
  const auto age = fs::file_time_type::clock::now() - time;
  return static_cast<int>(std::chrono::duration_cast<std::chrono::hours>(age).count() / 24);
}

int oldest_days(const fs::path& packs) {
  int oldest = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(packs, ignored)) {
    const auto time = entry.last_write_time(ignored);
    if (!ignored) oldest = std::max(oldest, days_since(time));
  }
  return oldest;
}

}  // namespace

std::string RealMachine::variable(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

bool RealMachine::is_root() const {
  return ::geteuid() == 0;
}

std::optional<fs::path> RealMachine::program(const std::string& name) const {
  std::istringstream directories(variable("PATH") + ":/usr/local/bin:/usr/bin:/bin");
  for (std::string directory; std::getline(directories, directory, ':');) {
    fs::path candidate = fs::path(directory) / name;
    std::error_code ignored;
    if (candidate.is_absolute() && fs::is_regular_file(candidate, ignored) && ::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return std::nullopt;
}

Ran RealMachine::run(const std::vector<std::string>& words) const {
  coro::Command command(words);
  command.env = git::child_environment();
  try {
    const coro::Exit exit = coro::run_blocking(std::move(command), patience);
    return {exit.code().value_or(128 + exit.signal().value_or(0)), exit.output, exit.errors};
  } catch (const Error& error) {
    return {-1, "", error.message()};
  }
}

std::optional<std::string> RealMachine::read(const fs::path& file) const {
  try {
    return git::read_named_file(file, 1 << 20);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<FileStatus> RealMachine::status(const fs::path& file) const {
  struct stat about{};
  if (::stat(file.c_str(), &about) != 0) return std::nullopt;
  return FileStatus{.is_directory = S_ISDIR(about.st_mode),
                    .is_private = (about.st_mode & (S_IRGRP | S_IROTH)) == 0,
                    .bytes = static_cast<std::uint64_t>(about.st_size)};
}

std::optional<std::uint64_t> RealMachine::free_bytes(const fs::path& path) const {
  std::error_code failure;
  const auto space = fs::space(nearest_that_exists(path), failure);
  if (failure) return std::nullopt;
  return space.available;
}

Result<std::string> RealMachine::nix_store() const {
  try {
    return eval::detect_real_store().store;
  } catch (const Error& error) {
    return std::unexpected(error);
  }
}

bool RealMachine::has_build_users(const std::string& store) const {
  return !eval::lacks_build_users(store);
}

int RealMachine::landlock_version() const {
  return eval::landlock_version();
}

std::optional<eval::Obstacle> RealMachine::obstacle_to_namespaces() const {
  return eval::explain(eval::Attempt::now(), eval::Restrictions::of_this_process());
}

coro::Allowance RealMachine::allowance() const {
  return coro::Allowance::of_this_process();
}

Result<std::vector<std::string>> RealMachine::git_config(const std::string& name) const {
  try {
    return git::UserConfig::load().values(name);
  } catch (const Error& error) {
    return std::unexpected(error);
  }
}

Result<fs::path> RealMachine::trusted_cache(const fs::path& root) const {
  try {
    return store::trusted_cache_root(root);
  } catch (const Error& error) {
    return std::unexpected(error);
  }
}

std::optional<CacheStock> RealMachine::cache_stock(const fs::path& root) const {
  const store::Places places(root);
  std::error_code ignored;
  if (!fs::exists(places.git(), ignored)) return std::nullopt;
  try {
    const std::atomic<bool> never = false;
    const auto stock = store::take_stock(places, coro::Stop(never));
    return CacheStock{stock.bytes, stock.damaged.entries, oldest_days(places.packs())};
  } catch (const Error&) {
    return std::nullopt;  // the checks of its owner and of access have the reason
  }
}

std::string RealMachine::obstacle_to_writing(const fs::path& root) const {
  std::error_code ignored;
  if (fs::exists(root, ignored)) return store::WriteAccess::to(store::Places(root)).obstacle();
  return store::obstacle_to_writing(nearest_that_exists(root)).value_or("");
}

}  // namespace eka::engine
