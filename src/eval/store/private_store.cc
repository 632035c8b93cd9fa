#include "eval/store/private_store.h"

#include <cerrno>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "coro/process/descriptor.h"

namespace eka::eval {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_derivation = 64 << 20;

// Opens `path` below `directory` without following any symlink.
coro::Descriptor open_beneath(const fs::path& directory, const std::string& path, int flags) {
  const coro::Descriptor base(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return coro::Descriptor(static_cast<int>(::syscall(SYS_openat2, base.get(), path.c_str(), &how, sizeof how)));
}

std::string content_of(const coro::Descriptor& file, const std::string& name) {
  struct stat about{};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    throw Error(Kind::evaluation, "the result refers to the derivation " + name + ", which evaluation did not create");
  }
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size > largest_derivation) throw Error(Kind::evaluation, "the derivation " + name + " is too large");
  std::string content(size, '\0');
  if (::pread(file.get(), content.data(), size, 0) != about.st_size) {
    throw Error(Kind::failure, "cannot read the derivation " + name);
  }
  return content;
}

// A connection; ok() is whether all operations have succeeded.
class Database {
 public:
  Database(const fs::path& file, int flags) {
    ok_ = sqlite3_open_v2(file.c_str(), &handle_, flags | SQLITE_OPEN_NOFOLLOW, nullptr) == SQLITE_OK;
  }
  ~Database() { sqlite3_close(handle_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // For a database that is not trusted: none of its schema is executed, and nothing is written to it.
  void distrust() {
    configure(SQLITE_DBCONFIG_DEFENSIVE, 1);
    configure(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
    configure(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
    configure(SQLITE_DBCONFIG_ENABLE_VIEW, 0);
    run("PRAGMA query_only = on; PRAGMA cell_size_check = on; PRAGMA mmap_size = 0");
    if (ok_) sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, 1 << 20);
  }

  bool ok() const { return ok_; }
  bool run(const char* statement) {
    ok_ = ok_ && sqlite3_exec(handle_, statement, nullptr, nullptr, nullptr) == SQLITE_OK;
    return ok_;
  }
  sqlite3* handle() const { return handle_; }

 private:
  void configure(int what, int on) { ok_ = ok_ && sqlite3_db_config(handle_, what, on, nullptr) == SQLITE_OK; }

  sqlite3* handle_ = nullptr;
  bool ok_ = true;
};

class Query {
 public:
  Query(const Database& database, const char* text) {
    ok_ = database.ok() && sqlite3_prepare_v2(database.handle(), text, -1, &statement_, nullptr) == SQLITE_OK;
  }
  ~Query() { sqlite3_finalize(statement_); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // False at the end and after an error.
  bool next() {
    const int code = ok_ ? sqlite3_step(statement_) : SQLITE_DONE;
    ok_ = ok_ && (code == SQLITE_ROW || code == SQLITE_DONE);
    return code == SQLITE_ROW;
  }
  bool ok() const { return ok_; }
  // NULL gives an empty text.
  std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes == nullptr ? std::string()
                            : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }

  void bind(int parameter, const std::string& text) {
    if (text.empty()) return;  // stays null
    ok_ = ok_ && sqlite3_bind_text(statement_, parameter, text.data(), static_cast<int>(text.size()),
                                   SQLITE_TRANSIENT) == SQLITE_OK;
  }
  void bind(int parameter, std::int64_t value) {
    ok_ = ok_ && sqlite3_bind_int64(statement_, parameter, value) == SQLITE_OK;
  }
  bool write() {
    ok_ = ok_ && sqlite3_step(statement_) == SQLITE_DONE;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    return ok_;
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
  bool ok_ = true;
};

constexpr const char* database_file = "nix/var/nix/db/db.sqlite";
constexpr std::size_t most_paths = 1'000'000;

// A path as a private store registers it. Fields that make Nix trust a path without verifying it (signatures, that it
// was built here) are not copied.
struct Registration {
  std::string path, hash, deriver, ca;
  std::int64_t time = 0, size = 0;
};

struct Registrations {
  std::map<std::int64_t, Registration> paths;  // by database id
  std::vector<std::pair<std::int64_t, std::int64_t>> references;
};

// Whether `file` does not exist or is a regular file reached without symlinks.
bool is_plain(const fs::path& store, const std::string& file) {
  const coro::Descriptor found = open_beneath(store, file, O_PATH | O_NOFOLLOW);
  if (found.get() < 0) return errno == ENOENT;
  struct stat about{};
  return ::fstat(found.get(), &about) == 0 && S_ISREG(about.st_mode);
}

// Checks the directories that are walked and the files that SQLite opens.
bool is_sound(const fs::path& store) {
  if (open_beneath(store, "nix/store", O_RDONLY | O_DIRECTORY).get() < 0) return false;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    if (!is_plain(store, std::string(database_file) + suffix)) return false;
  }
  return true;
}

// Nothing if the database cannot be read or contains an invalid registration.
std::optional<Registrations> read_registrations(const fs::path& store) {
  Database database(store / database_file, SQLITE_OPEN_READONLY);
  database.distrust();
  Registrations found;
  Query paths(database, "SELECT id, path, hash, registrationTime, deriver, narSize, ca FROM ValidPaths");
  while (paths.next()) {
    Registration one{.path = paths.text(1),
                     .hash = paths.text(2),
                     .deriver = paths.text(4),
                     .ca = paths.text(6),
                     .time = paths.number(3),
                     .size = paths.number(5)};
    const bool plain = is_store_path(one.path) && (one.deriver.empty() || is_store_path(one.deriver));
    if (!plain || found.paths.size() == most_paths) return std::nullopt;
    found.paths.emplace(paths.number(0), std::move(one));
  }
  Query references(database, "SELECT referrer, reference FROM Refs");
  while (references.next()) {
    if (found.references.size() == 16 * most_paths) return std::nullopt;
    found.references.emplace_back(references.number(0), references.number(1));
  }
  if (!paths.ok() || !references.ok()) return std::nullopt;
  return found;
}

bool write_registrations(Database& into, const Registrations& found) {
  Query path(into,
             "INSERT OR IGNORE INTO ValidPaths (path, hash, registrationTime, deriver, narSize, ca)"
             " VALUES (?, ?, ?, ?, ?, ?)");
  for (const auto& [id, one] : found.paths) {
    path.bind(1, one.path);
    path.bind(2, one.hash);
    path.bind(3, one.time);
    path.bind(4, one.deriver);
    path.bind(5, one.size);
    path.bind(6, one.ca);
    if (!path.write()) return false;
  }
  // Ids differ between databases, so references are inserted by path.
  Query reference(into,
                  "INSERT OR IGNORE INTO Refs (referrer, reference)"
                  " SELECT a.id, b.id FROM ValidPaths a, ValidPaths b WHERE a.path = ? AND b.path = ?");
  for (const auto& [from, to] : found.references) {
    const auto referrer = found.paths.find(from);
    const auto referred = found.paths.find(to);
    if (referrer == found.paths.end() || referred == found.paths.end()) continue;
    reference.bind(1, referrer->second.path);
    reference.bind(2, referred->second.path);
    if (!reference.write()) return false;
  }
  return true;
}

// Renaming replaces a file with an equal one; an existing directory is kept.
void move_files(const fs::path& from, const fs::path& into, const Registrations& found) {
  for (const auto& [id, one] : found.paths) {
    const fs::path source = from / one.path.substr(1);
    const fs::path target = into / one.path.substr(1);
    struct stat about{};
    if (::lstat(source.c_str(), &about) != 0) continue;  // Nix will report it
    // Moving a directory changes its "..", so it must be writable: Nix makes directories read-only.
    const bool is_directory = S_ISDIR(about.st_mode);
    if (is_directory) ::chmod(source.c_str(), 0755);
    ::rename(source.c_str(), target.c_str());
    if (is_directory) ::chmod(target.c_str(), 0555);
  }
}

}  // namespace

std::string store_argument(const fs::path& store) {
  return "./" + store.filename().string();
}

Derivation read_derivation(const fs::path& store, const std::string& drv_path) {
  if (!is_store_path(drv_path) || !drv_path.ends_with(".drv")) {
    throw Error(Kind::evaluation, "`main` has an invalid `drvPath`");
  }
  const coro::Descriptor file = open_beneath(store, drv_path.substr(1), O_RDONLY | O_NONBLOCK);
  return unwrap(Derivation::parse(content_of(file, drv_path)));
}

void gather(const fs::path& into, const std::vector<fs::path>& stores) {
  // Symlinks above the store are the user's own.
  Database database(fs::canonical(into) / database_file, SQLITE_OPEN_READWRITE);
  database.run("PRAGMA synchronous = off");
  for (const fs::path& store : stores) {
    const auto found = is_sound(store) ? read_registrations(fs::canonical(store)) : std::nullopt;
    if (!found) throw Error(Kind::evaluation, "the evaluator left an invalid store");
    const bool written = database.run("BEGIN") && write_registrations(database, *found) && database.run("COMMIT");
    if (!written) throw Error(Kind::failure, "cannot register derivations in " + into.string());
    move_files(store, into, *found);
  }
}

}  // namespace eka::eval
