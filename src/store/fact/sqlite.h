// The one door through which SQLite enters: a connection and its statements, owned. Errors are SqliteError, which says
// whether the file is to blame; the database above turns all of them into misses.
#pragma once

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
  // A file that is a sound database, only not one of ours.
  static SqliteError foreign(const std::string& message);
  // The file is no database, or one that is damaged: it will not get better.
  bool is_damage() const;
  // Another process writes just now.
  bool is_busy() const;

 private:
  int code_;
};

// A prepared statement. bind() in the order of the parameters, then step(); reset() readies it for the next time.
class Statement {
 public:
  Statement& bind(std::string_view blob);
  // True when there is a row.
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
  // Files that no other process can write are read without locks, which could not be taken where nothing may be
  // written.
  enum class Manner { write, read, read_unchanging };

  // `path` may be ":memory:".
  explicit Sqlite(const std::string& path, Manner manner = Manner::write);
  // Becomes a copy of the other.
  void copy(Sqlite& other);
  void execute(const std::string& sql);
  Statement prepare(std::string_view sql);
  void wait_at_most(int milliseconds);

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> raw_;
};

}  // namespace eka::store
