// eka.db: small facts remembered between runs. All can be found out again, so the database degrades without errors:
//   - A damaged file, or one of another format, is set aside and replaced by a new one.
//   - If the file cannot be opened, this run uses an in-memory database.
//   - Changes that cannot be written because another process is writing are kept in memory, read from there, and
//     retried with the next change.
//   - A read-only file is copied into memory, so that the run still sees its own facts. This gives no warning.
// None of these conditions is an error; warning() returns the first problem. Only the constructor waits for other
// processes.
//
// The format is the number in PRAGMA user_version. The file is in WAL mode with synchronous=NORMAL: a power loss may
// lose the last facts, never the file. The file is synced when it is opened, at the first change, and when it is
// closed. For use on the reactor, which must not wait for that, a database with a pool writes its changes there
// (fact_writer.h); they are read from memory until they are written.
//
// Used by one thread at a time. Contains no secrets: URLs are stored in redacted form.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coro/run/pool.h"
#include "git/remote/connector.h"
#include "store/fact/fact.h"
#include "store/fact/sqlite.h"

namespace eka::store {

class FactWriter;

class Database : public git::HostMemory {
 public:
  // Blocks; call it on the pool. Changes are written at once.
  explicit Database(const std::filesystem::path& file);
  // The same, but changes are written on `pool`, which must outlive this object.
  Database(const std::filesystem::path& file, coro::Pool& pool);
  // Writes what is not written yet if no other process blocks it for long. Blocks; see close().
  ~Database() override;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  std::optional<std::string> get(Fact fact, std::string_view key);
  // All in one transaction, which locks the file once.
  std::vector<std::optional<std::string>> get_all(Fact fact, const std::vector<std::string>& keys);
  void put(Fact fact, std::string_view key, std::string_view value);
  void forget(Fact fact, std::string_view key);
  // All in one transaction.
  void put_all(Fact fact, const std::vector<std::pair<std::string, std::string>>& facts);
  void change_all(const FactChanges& changes);
  void forget_all(Fact fact);
  std::vector<std::pair<std::string, std::string>> all(Fact fact);
  // Of those in the file.
  std::uint64_t count(Fact fact);
  // Moves the file aside and starts with an empty one.
  void set_aside();
  // Checks the whole file. Returns the problem found, or nullopt.
  std::optional<std::string> damage();
  // What the destructor does, for callers that can run it on the pool. Afterwards, the database is empty and in memory.
  void close();
  // Whether every change is in the file.
  bool is_written() const { return !is_in_memory_ && postponed_.empty(); }
  // How long changes wait for other processes; initially not at all.
  void wait_at_most(std::chrono::milliseconds limit);

  std::optional<git::HostFacts> recall(const std::string& origin) override;
  void remember(const std::string& origin, const git::HostFacts& facts) override;

  std::string warning() const;

 private:
  void open();
  void connect(const std::string& path);
  bool may_only_be_read() const;
  void connect_to_copy(const std::vector<Sqlite::Manner>& manners);
  Statement& statement(std::string_view verb, Fact fact);
  // Executes a statement that begins or ends a transaction; returns whether it succeeded.
  bool executed(const char* statement);
  void note(const SqliteError& mishap);
  void cope(const SqliteError& mishap);
  std::optional<std::string> read(Fact fact, std::string_view key);
  std::optional<FactChange> pending(Fact fact, std::string_view key) const;
  FactChanges all_pending() const;
  bool writes_on_pool() const { return writer_ && !is_in_memory_; }
  void execute_change(Fact fact, std::string_view key, const FactChange& value);
  std::vector<std::pair<std::string, std::string>> read_all(Fact fact);
  void roll_back();
  void write_postponed();

  std::filesystem::path file_;
  std::optional<Sqlite> connection_;
  std::map<std::pair<std::string_view, Fact>, Statement> statements_;  // closed before the connection
  bool is_open_for_good_ = false;                                      // the constructor has finished
  bool is_in_memory_ = false;
  std::string warning_;
  FactChanges postponed_;
  std::unique_ptr<FactWriter> writer_;
};

}  // namespace eka::store
