#include "eval/store/real_store.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <grp.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "eval/store/daemon.h"
#include "eval/store/nix_conf.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

// Whether `path` is writable or can be created.
bool writable(fs::path path) {
  std::error_code ignored;
  while (!fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return ::access(path.c_str(), W_OK) == 0;
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// The value of a parameter of a store URL ("local?root=/x").
std::optional<std::string> parameter(const std::string& store, const std::string& name) {
  const auto question = store.find('?');
  if (question == std::string::npos) return std::nullopt;
  std::istringstream parameters(store.substr(question + 1));
  for (std::string one; std::getline(parameters, one, '&');) {
    if (one.starts_with(name + "=")) return one.substr(name.size() + 1);
  }
  return std::nullopt;
}

Error other_directory(const std::string& what, const std::string& directory) {
  return Error(Kind::usage, what + " has the store directory " + printable(directory) +
                                ": eka supports only /nix/store, on which the paths of all atoms depend");
}

void refuse_other_directories() {
  for (const char* name : {"NIX_STORE_DIR", "NIX_STORE"}) {
    const std::string directory = variable(name);
    if (directory.empty() || fs::path(directory + "/").lexically_normal() == "/nix/store/") continue;
    throw Error(Kind::usage, std::string(name) + "=" + printable(directory) +
                                 " is not supported: the paths of all atoms depend on the store directory /nix/store")
        .with_hint(std::string("unset ") + name +
                   "; to put the store elsewhere on disk, set NIX_REMOTE to a directory that will contain nix/store");
  }
  const std::string state = variable("NIX_STATE_DIR");
  if (state.empty() || fs::path(state + "/").lexically_normal() == "/nix/var/nix/") return;
  throw Error(Kind::usage, "NIX_STATE_DIR=" + printable(state) + " is not supported")
      .with_hint("unset NIX_STATE_DIR; to put the store elsewhere on disk, set NIX_REMOTE to a directory");
}

// Where Nix (since 2.10) puts the store of a user on a machine without /nix. Nothing if it would not.
std::optional<std::string> store_in_home() {
  std::error_code ignored;
  if (::geteuid() == 0 || fs::exists("/nix/var/nix", ignored)) return std::nullopt;
  const std::string data = variable("XDG_DATA_HOME");
  const std::string home = variable("HOME");
  if (data.starts_with('/')) return data + "/nix/root";
  if (!home.starts_with('/')) return std::nullopt;
  return home + "/.local/share/nix/root";
}

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

}  // namespace

std::optional<fs::path> root_of(const std::string& store) {
  if (parameter(store, "real") || parameter(store, "state")) return std::nullopt;
  const std::string_view place = std::string_view(store).substr(0, store.find('?'));
  if (place.starts_with('/')) return fs::path(place);
  // A daemon behind another socket may have any root.
  if (place.starts_with("unix://") && place.size() > std::string_view("unix://").size()) {
    const auto root = parameter(store, "root");
    return root ? std::optional<fs::path>(*root) : std::nullopt;
  }
  const bool is_here = place == "daemon" || place == "local" || place == "unix://";
  if (place.starts_with("local://") && place.size() > std::string_view("local://").size()) {
    return fs::path(place.substr(std::string_view("local://").size()));
  }
  if (!is_here && place != "local://") return std::nullopt;
  return fs::path(parameter(store, "root").value_or("/"));
}

DetectedStore detect_real_store() {
  refuse_other_directories();
  std::string told = NixConf::of_user().setting("store");
  if (told.empty()) told = variable("NIX_REMOTE");
  if (!told.empty() && told != "auto") {
    if (const auto directory = parameter(told, "store"); directory && *directory != "/nix/store") {
      throw other_directory("the Nix store " + printable(told), *directory);
    }
    // A path relative to the directory in which eka was started.
    if (told.starts_with("./") || told.starts_with("../")) told = fs::absolute(told).lexically_normal();
    return {.store = told, .note = {}};
  }
  if (Daemon::answers(*Daemon::socket_of("daemon"))) return {.store = "daemon", .note = {}};
  if (writable("/nix/store") && writable("/nix/var/nix/db")) return {.store = "local", .note = {}};
  if (const auto home = store_in_home()) {
    return {.store = *home,
            .note = "there is no Nix daemon and no /nix, so derivations are put into the store in " + *home +
                    ", as Nix does; set NIX_REMOTE to use another store"};
  }
  throw Error(Kind::usage, "no usable Nix store: nix-daemon is not running, and /nix is not writable")
      .with_hint(
          "start the daemon (systemctl start nix-daemon), create a writable store (sudo install -d -o \"$USER\" "
          "/nix), or use one in your home (export NIX_REMOTE=\"$HOME/.local/share/nix/root\")");
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

std::optional<Derivation> RealStore::derivation(const std::string& drv_path) {
  const std::optional<fs::path> root = root_of(store_);
  if (!root) return std::nullopt;
  std::ifstream in(*root / drv_path.substr(1), std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) throw Error(Kind::failure, "cannot read the derivation " + printable(drv_path));
  return unwrap(Derivation::parse(text));
}

bool is_daemon(const std::string& store) {
  return Daemon::socket_of(store).has_value();
}

bool lacks_build_users(const std::string& store) {
  return !is_daemon(store) && ::geteuid() == 0 && ::getgrnam("nixbld") == nullptr;
}

}  // namespace eka::eval
