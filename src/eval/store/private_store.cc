#include "eval/store/private_store.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

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

// Opens `path` beneath `directory`, through no link at all.
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
    throw Error(Kind::evaluation, "evaluation names the derivation " + name + ", but has not made it");
  }
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size > largest_derivation) throw Error(Kind::evaluation, "the derivation " + name + " is too large");
  std::string content(size, '\0');
  if (::pread(file.get(), content.data(), size, 0) != about.st_size) {
    throw Error(Kind::failure, "cannot read the derivation " + name);
  }
  return content;
}

class Database {
 public:
  explicit Database(const fs::path& file) {
    if (sqlite3_open_v2(file.c_str(), &handle_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) ok_ = false;
    run("PRAGMA synchronous = off");
  }
  ~Database() { sqlite3_close(handle_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  bool run(const char* statement) {
    ok_ = ok_ && sqlite3_exec(handle_, statement, nullptr, nullptr, nullptr) == SQLITE_OK;
    return ok_;
  }
  bool run(const char* statement, const std::string& argument) {
    sqlite3_stmt* prepared = nullptr;
    ok_ = ok_ && sqlite3_prepare_v2(handle_, statement, -1, &prepared, nullptr) == SQLITE_OK &&
          sqlite3_bind_text(prepared, 1, argument.data(), static_cast<int>(argument.size()), SQLITE_STATIC) ==
              SQLITE_OK &&
          sqlite3_step(prepared) == SQLITE_DONE;
    sqlite3_finalize(prepared);
    return ok_;
  }

 private:
  sqlite3* handle_ = nullptr;
  bool ok_ = true;
};

constexpr const char* database_file = "nix/var/nix/db/db.sqlite";

// The directories that join() is about to walk must be directories, not links to somewhere else.
bool is_sound(const fs::path& store) {
  return open_beneath(store, "nix/store", O_RDONLY | O_DIRECTORY).get() >= 0 &&
         open_beneath(store, database_file, O_RDONLY).get() >= 0;
}

bool join_registrations(Database& into, const fs::path& other) {
  // Ids differ from database to database, so references go by path.
  return into.run("ATTACH ? AS other", other / database_file) && into.run("BEGIN") &&
         into.run(
             "INSERT OR IGNORE INTO main.ValidPaths (path, hash, registrationTime, deriver, narSize, ultimate, sigs, "
             "ca)"
             " SELECT path, hash, registrationTime, deriver, narSize, ultimate, sigs, ca FROM other.ValidPaths") &&
         into.run(
             "INSERT OR IGNORE INTO main.Refs (referrer, reference) SELECT a.id, b.id FROM other.Refs r"
             " JOIN other.ValidPaths p ON p.id = r.referrer JOIN other.ValidPaths q ON q.id = r.reference"
             " JOIN main.ValidPaths a ON a.path = p.path JOIN main.ValidPaths b ON b.path = q.path") &&
         into.run("COMMIT") && into.run("DETACH other");
}

// Renaming over a file replaces it by its equal; a directory that is there already stays.
void join_files(const fs::path& into, const fs::path& other) {
  for (const fs::directory_entry& entry : fs::directory_iterator(other / "nix/store")) {
    if (!is_store_path("/nix/store/" + entry.path().filename().string())) continue;
    const fs::path target = into / "nix/store" / entry.path().filename();
    // Moving a directory changes its "..", for which it must be writable: Nix makes them read-only.
    const bool is_directory = entry.symlink_status().type() == fs::file_type::directory;
    if (is_directory) ::chmod(entry.path().c_str(), 0755);
    ::rename(entry.path().c_str(), target.c_str());
    if (is_directory) ::chmod(target.c_str(), 0555);
  }
}

}  // namespace

Derivation read_derivation(const fs::path& store, const std::string& drv_path) {
  if (!is_store_path(drv_path) || !drv_path.ends_with(".drv")) {
    throw Error(Kind::evaluation, "`main` has a `drvPath` that no derivation can have");
  }
  const coro::Descriptor file = open_beneath(store, drv_path.substr(1), O_RDONLY | O_NONBLOCK);
  return unwrap(Derivation::parse(content_of(file, drv_path)));
}

std::vector<fs::path> join(const fs::path& into, const std::vector<fs::path>& others) {
  if (!is_sound(into)) return others;
  std::vector<fs::path> left;
  Database database(into / database_file);
  for (const fs::path& other : others) {
    if (is_sound(other) && join_registrations(database, other)) {
      join_files(into, other);
    } else {
      left.push_back(other);
    }
  }
  return left;
}

}  // namespace eka::eval
