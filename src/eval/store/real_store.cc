#include "eval/store/real_store.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include <grp.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "eval/store/daemon.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// Whether `path` is writable or can be created.
bool writable(fs::path path) {
  std::error_code ignored;
  while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return ::access(path.c_str(), W_OK) == 0;
}

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

}  // namespace

std::optional<fs::path> root_of(const std::string& store) {
  if (store == "daemon" || store == "local") return fs::path("/");
  if (store.starts_with('/')) return fs::path(store);
  return std::nullopt;
}

std::string detect_real_store() {
  if (const char* told = std::getenv("NIX_REMOTE"); told != nullptr && *told != '\0') return told;
  if (Daemon::answers(*Daemon::socket_of("daemon"))) return "daemon";
  if (writable("/nix/store") && writable("/nix/var/nix/db")) return "local";
  throw Error(Kind::usage, "no usable Nix store: nix-daemon is not running, and /nix is not writable")
      .with_hint(
          "start the daemon (systemctl start nix-daemon), or create a writable store: sudo install -d -o \"$USER\" "
          "/nix");
}

struct RealStore::Database {
  std::unique_ptr<sqlite3, Close> connection;
  std::unique_ptr<sqlite3_stmt, Close> query;  // destroyed before its connection

  static std::unique_ptr<Database> open(const fs::path& file) {
    auto out = std::make_unique<Database>();
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    out->connection.reset(opened);
    if (result != SQLITE_OK) return nullptr;
    sqlite3_busy_timeout(opened, 1000);
    sqlite3_stmt* prepared = nullptr;
    const char* const text = "SELECT 1 FROM ValidPaths WHERE path = ?";
    if (sqlite3_prepare_v2(opened, text, -1, &prepared, nullptr) != SQLITE_OK) return nullptr;
    out->query.reset(prepared);
    return out;
  }
};

RealStore::RealStore(std::string store) : store_(std::move(store)) {}
RealStore::~RealStore() = default;

std::optional<bool> RealStore::registered(const fs::path& file, const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (!database_) database_ = Database::open(file);
  if (!database_) return std::nullopt;
  sqlite3_stmt* const query = database_->query.get();
  sqlite3_bind_text(query, 1, path.data(), static_cast<int>(path.size()), SQLITE_STATIC);
  const int row = sqlite3_step(query);
  sqlite3_reset(query);  // ends the read transaction, which would delay Nix's checkpoints
  if (row == SQLITE_ROW) return true;
  if (row == SQLITE_DONE) return false;
  database_.reset();  // reopened by the next call
  return std::nullopt;
}

std::optional<bool> RealStore::has(const std::string& path) {
  const std::optional<fs::path> root = root_of(store_);
  if (!root) return std::nullopt;
  struct stat about{};
  if (::lstat((*root / path.substr(1)).c_str(), &about) != 0) return false;
  return registered(*root / "nix/var/nix/db/db.sqlite", path);
}

bool lacks_build_users(const std::string& store) {
  return store != "daemon" && ::geteuid() == 0 && ::getgrnam("nixbld") == nullptr;
}

}  // namespace eka::eval
