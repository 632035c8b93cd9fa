// The machine's own store: where it is, and what is in it.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace eka::eval {

// $NIX_REMOTE if set; "daemon" if one answers; "local" if this user may write to /nix (or make it). Throws
// Error(Kind::usage) with what to do.
std::string detect_real_store();

// The root of the file system in which the store's /nix lies; nothing when it may be on another machine.
std::optional<std::filesystem::path> root_of(const std::string& store);

// What is in the store, read from the files and from Nix's database, without starting a process. The database stays
// open: to open it costs more than a hundred questions. Safe from several threads.
class RealStore {
 public:
  explicit RealStore(std::string store);
  ~RealStore();

  // Is `path` valid, and therefore (a store is closed under references) all it refers to? The file alone may be half of
  // an addition that never ended. Nothing when the database cannot be read from here: then Nix must be asked.
  std::optional<bool> has(const std::string& path);

 private:
  struct Database;
  std::optional<bool> registered(const std::filesystem::path& file, const std::string& path);

  std::string store_;
  std::mutex mutex_;
  std::unique_ptr<Database> database_;  // once it was needed
};

// What "build-users-group" must be for `store`, when it needs saying: without a daemon, root's Nix insists on a group
// that a fresh package does not make.
bool lacks_build_users(const std::string& store);

}  // namespace eka::eval
