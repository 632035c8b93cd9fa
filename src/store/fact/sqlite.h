// The only wrapper around SQLite: RAII types for a connection and its statements. Errors are SqliteError, which tells
// whether the file is damaged; Database turns all of them into misses.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace eka::store {

class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  // A valid database of another program or format.
  static SqliteError foreign(const std::string& message);
  // The file is damaged or not a database: retrying does not help.
  bool is_damage() const;
  // Another process is writing.
  bool is_busy() const;

 private:
  int code_;
};

// A prepared statement: bind() in the order of the parameters, then step(); reset() before it is used again.
class Statement {
 public:
  Statement& bind(std::string_view blob);
  // Returns true if there is a row.
  bool step();
  // Column `index` of the row.
  std::string text(int index) const;
  void reset();

 private:
  friend class Sqlite;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  explicit Statement(sqlite3_stmt* raw) : raw_(raw) {}

  std::unique_ptr<sqlite3_stmt, Finalize> raw_;
  int bound_ = 0;
};

class Sqlite {
 public:
  // read_unchanging reads without locks, for files that no other process can write: locks cannot be taken where nothing
  // is writable.
  enum class Manner { write, read, read_unchanging };

  // `path` may be ":memory:".
  explicit Sqlite(const std::string& path, Manner manner = Manner::write);
  // Replaces the content with a copy of `other`.
  void copy(Sqlite& other);
  void execute(const std::string& sql);
  Statement prepare(std::string_view sql);
  void wait_at_most(std::chrono::milliseconds limit);

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> raw_;
};

}  // namespace eka::store
