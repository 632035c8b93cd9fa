// The Nix store of this machine: its location and contents.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "eval/store/derivation.h"

namespace eka::eval {

struct DetectedStore {
  std::string store;  // a value of Nix's --store
  std::string note;   // what users should know about the choice; mostly empty
};

// The store that the user's Nix uses: the setting `store` of its configuration (nix_conf.h); else $NIX_REMOTE. If these
// are unset or "auto": "daemon" if it responds; "local" if this user may write to /nix (or create it); else, as Nix
// itself does for users without /nix, a directory in the user's home. Blocks. Throws Error(Kind::usage) with what to
// do, also for a store whose paths do not start with /nix/store.
DetectedStore detect_real_store();

// The root of the file system that contains the store's /nix; nothing if it may be on another machine.
std::optional<std::filesystem::path> root_of(const std::string& store);

// Queries the store through its files and Nix's database, without starting a process. The database stays open: opening
// it costs more than a hundred queries. Thread-safe.
class RealStore {
 public:
  explicit RealStore(std::string store);
  ~RealStore();

  // Whether `path` is valid, and therefore (a store is closed under references) all its references. The file alone may
  // be left by an incomplete addition. Nothing if the database cannot be read from here: then Nix must be asked.
  std::optional<bool> has(const std::string& path);

  // The derivation at `drv_path`. Nothing if the files of the store cannot be read from here: then Nix must be asked.
  // Throws Kind::failure if there is no such derivation, Kind::evaluation if it is invalid.
  std::optional<Derivation> derivation(const std::string& drv_path);

 private:
  struct Database;
  std::optional<bool> registered(const std::filesystem::path& file, const std::string& path);

  std::string store_;
  std::mutex mutex_;
  std::unique_ptr<Database> database_;  // opened on first use
};

// Whether Nix reaches it through the daemon, which builds in its own way.
bool is_daemon(const std::string& store);

// Whether "build-users-group" must be unset for `store`: without a daemon, root's Nix requires a group that a fresh
// package does not create.
bool lacks_build_users(const std::string& store);

}  // namespace eka::eval
