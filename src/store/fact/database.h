// eka.db: small facts remembered between runs. All can be found out again, so the database degrades without errors:
//   - A damaged file, or one of another format, is set aside and replaced by a new one.
//   - If the file cannot be opened, this run uses an in-memory database.
//   - Writes that fail because another process is writing are kept in memory, read from there, and retried
//     with the next write.
//   - A read-only file is copied into memory, so that the run still sees its own facts. This gives no warning.
// None of these conditions is an error; warning() returns the first problem. Only the constructor waits for other
// processes.
//
// The format is the number in PRAGMA user_version. The file is in WAL mode with synchronous=NORMAL: a power loss may
// lose the last facts, never the file. Checkpoints, the only operations that sync, happen when the file is opened and
// closed.
//
// Used by one thread at a time (the reactor). Contains no secrets: URLs are stored in redacted form.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "git/remote/connector.h"
#include "store/fact/sqlite.h"

namespace eka::store {

// The kinds of facts. Each is a table of keys and values.
enum class Fact {
  nar_hash,    // tree id -> SHA-256 of its NAR
  evaluation,  // digest -> result of the evaluation
  host,        // origin -> capabilities of its server
  answers,     // origin -> response times of its server; url -> time when the remote there failed
  genesis,     // "2 " and a redacted url -> id of the genesis last seen there
  vouched,     // genesis, label and redacted url -> the revisions of the versions, according to the remote there
  whole,  // commit id -> "held <boot>" if a ref keeps it, or ""; everything it reaches has been verified to be present.
          // Tree id of a working tree that a ref keeps -> the boot during which all its objects were written or found
  doubtful,      // tree id -> "": an object in it could not be read; it needs a full check
  materialized,  // tree id -> the boot during which its directory was written or checked (in the table: "laid_out")
  request,       // requested atom, and what it was locked to -> ""
  questions,     // resolver that chose versions -> what it was asked for
  used,          // commit id, tree id or digest -> when a run last used it, in seconds since 1970
  yanked,        // genesis and redacted url -> the versions that were withdrawn, according to the remote there
  listed,        // genesis, label and redacted url -> since when versions are listed by the remote there
  released,      // id of an atom commit -> when its origin was committed, in seconds since 1970
  lock,          // path of an atom.lock on this machine -> when a run last used it
};

inline constexpr std::array all_facts = {Fact::nar_hash,     Fact::evaluation, Fact::host,      Fact::answers,
                                         Fact::genesis,      Fact::vouched,    Fact::whole,     Fact::doubtful,
                                         Fact::materialized, Fact::request,    Fact::questions, Fact::used,
                                         Fact::yanked,       Fact::listed,     Fact::released,  Fact::lock};
std::string_view name_of(Fact fact);

class Database : public git::HostMemory {
 public:
  // Blocks; call it on the pool.
  explicit Database(const std::filesystem::path& file);
  // Writes postponed facts if no other process blocks it for long.
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
  void forget_all(Fact fact);
  std::vector<std::pair<std::string, std::string>> all(Fact fact);
  std::uint64_t count(Fact fact);
  // Moves the file aside and starts with an empty one.
  void set_aside();
  // Checks the whole file. Returns the problem found, or nullopt.
  std::optional<std::string> damage();

  std::optional<git::HostFacts> recall(const std::string& origin) override;
  void remember(const std::string& origin, const git::HostFacts& facts) override;

  const std::string& warning() const { return warning_; }

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
  void change(Fact fact, std::string_view key, std::optional<std::string_view> value);
  void execute_change(Fact fact, std::string_view key, std::optional<std::string_view> value);
  void write_postponed();

  std::filesystem::path file_;
  std::optional<Sqlite> connection_;
  std::map<std::pair<std::string_view, Fact>, Statement> statements_;  // closed before the connection
  bool is_open_for_good_ = false;                                      // the constructor has finished
  std::string warning_;
  // Changes that could not be written yet; nullopt for a key to be removed.
  std::map<std::pair<Fact, std::string>, std::optional<std::string>> postponed_;
};

}  // namespace eka::store
