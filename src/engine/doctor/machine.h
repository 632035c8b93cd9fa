// What the checks ask about this machine. A fake answers in tests.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "coro/run/allowance.h"
#include "eval/sandbox/obstacle.h"

namespace eka::engine {

struct Ran {
  int status = -1;  // 128 + signal if it was killed; -1 if it could not be started
  std::string output;
  std::string errors;
};

struct FileStatus {
  bool is_directory = false;
  bool is_private = false;  // neither its group nor others may read it
  std::uint64_t bytes = 0;
};

struct CacheStock {
  std::uint64_t bytes = 0;
  std::uint64_t damaged = 0;  // packs that were set aside
  int oldest_days = 0;        // since its oldest pack was received
};

// All members may block. None throws, except as described.
class Machine {
 public:
  virtual ~Machine() = default;

  virtual std::string variable(const std::string& name) const = 0;  // empty if unset
  virtual bool is_root() const = 0;
  // A program in PATH; nothing if there is none.
  virtual std::optional<std::filesystem::path> program(const std::string& name) const = 0;
  // Runs a command for at most ten seconds.
  virtual Ran run(const std::vector<std::string>& command) const = 0;
  // The content of a small file, such as one of /proc/sys; nothing if it cannot be read.
  virtual std::optional<std::string> read(const std::filesystem::path& file) const = 0;
  virtual std::optional<FileStatus> status(const std::filesystem::path& file) const = 0;
  // Free space for this user of the file system that contains `path` or its nearest parent that exists.
  virtual std::optional<std::uint64_t> free_bytes(const std::filesystem::path& path) const = 0;

  // The Nix store that would be used: "daemon", "local" or a directory. Kind::usage with the remedy.
  virtual Result<std::string> nix_store() const = 0;
  // Whether a group of build users exists or is not needed for the store.
  virtual bool has_build_users(const std::string& store) const = 0;
  // The version of Landlock that the kernel supports; 0: none, or disabled.
  virtual int landlock_version() const = 0;
  // Why user namespaces cannot be created; nothing if they can, or for an unknown reason.
  virtual std::optional<eval::Obstacle> obstacle_to_namespaces() const = 0;
  virtual coro::Allowance allowance() const = 0;
  // Values of the user's git configuration. Kind::usage if it cannot be read.
  virtual Result<std::vector<std::string>> git_config(const std::string& name) const = 0;

  // The cache at `root`, with links resolved. Kind::failure if other users can change it.
  virtual Result<std::filesystem::path> trusted_cache(const std::filesystem::path& root) const = 0;
  // What is in a trusted cache; nothing if there is none.
  virtual std::optional<CacheStock> cache_stock(const std::filesystem::path& root) const = 0;
  // Why the cache cannot be written; empty if it can.
  virtual std::string obstacle_to_writing(const std::filesystem::path& root) const = 0;
};

}  // namespace eka::engine
