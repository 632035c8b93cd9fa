#include "store/fact/sqlite.h"

#include <array>
#include <memory>

#include <fcntl.h>
#include <sqlite3.h>

#include "store/disk/disk.h"

namespace eka::store {
namespace {

[[noreturn]] void fail(int code, sqlite3* connection) {
  throw SqliteError(code, connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code));
}

// As a URI, which is required for `immutable`.
std::string immutable(const std::string& path) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', digits[byte >> 4], digits[byte & 15]};
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

SqliteError SqliteError::foreign(const std::string& message) {
  return SqliteError(SQLITE_FORMAT, message);
}

bool SqliteError::is_damage() const {
  const int primary = code_ & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_FORMAT;
}

bool SqliteError::is_busy() const {
  const int primary = code_ & 0xff;
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(std::string_view blob) {
  const int code = sqlite3_bind_blob64(raw_.get(), ++bound_, blob.data() != nullptr ? blob.data() : "", blob.size(),
                                       SQLITE_TRANSIENT);
  if (code != SQLITE_OK) fail(code, sqlite3_db_handle(raw_.get()));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(raw_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const SqliteError error(code, sqlite3_errmsg(sqlite3_db_handle(raw_.get())));
  reset();  // or the busy statement stays active, and the writes of other statements are rolled back with it
  throw error;
}

std::string Statement::text(int index) const {
  const void* data = sqlite3_column_blob(raw_.get(), index);
  const int size = sqlite3_column_bytes(raw_.get(), index);
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

void Statement::reset() {
  sqlite3_reset(raw_.get());
  bound_ = 0;
}

void Sqlite::Close::operator()(sqlite3* connection) const noexcept {
  sqlite3_close_v2(connection);
}

Sqlite::Sqlite(const std::string& path, Manner manner) {
  sqlite3* raw = nullptr;
  int flags = SQLITE_OPEN_FULLMUTEX;
  flags |= manner == Manner::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  if (manner == Manner::read_unchanging) flags |= SQLITE_OPEN_URI;
  // SQLite's default mode follows the umask; the WAL files inherit the mode of the database.
  if (manner == Manner::write && path != ":memory:") {
    const FileDescriptor made(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  }
  const std::string name = manner == Manner::read_unchanging ? immutable(path) : path;
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
  raw_.reset(raw);
  if (code != SQLITE_OK) fail(code, raw);
}

void Sqlite::copy(Sqlite& other) {
  const std::unique_ptr<sqlite3_backup, int (*)(sqlite3_backup*)> backup(
      sqlite3_backup_init(raw_.get(), "main", other.raw_.get(), "main"), sqlite3_backup_finish);
  if (!backup) fail(sqlite3_errcode(raw_.get()), raw_.get());
  const int code = sqlite3_backup_step(backup.get(), -1);
  if (code != SQLITE_DONE) fail(code, nullptr);
}

void Sqlite::execute(const std::string& sql) {
  const int code = sqlite3_exec(raw_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, raw_.get());
}

Statement Sqlite::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(raw_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) fail(code, raw_.get());
  return Statement(statement);
}

void Sqlite::wait_at_most(std::chrono::milliseconds limit) {
  sqlite3_busy_timeout(raw_.get(), static_cast<int>(limit.count()));
}

}  // namespace eka::store
