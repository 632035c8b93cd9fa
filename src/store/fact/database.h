// eka.db: small facts worth remembering between runs. All of them can be found out again, so the database fails soft:
// a damaged file, or one of another format, is set aside and begun anew; one that cannot be opened is replaced by
// memory for this run; what cannot be written because another process writes just now is kept in memory, read from
// there, and written with the next that can be. None of this is ever an error, and nothing waits for another process
// but the constructor; the first mishap can be had from warning(). One that may only be read is copied into memory, so
// that a run still knows what it has learnt itself; that is no mishap.
//
// The format is the number in PRAGMA user_version. The file is in WAL mode with synchronous=NORMAL: a power cut may
// take the last facts, never the file. Checkpoints, the only moments at which it syncs, happen when it is opened and
// closed.
//
// Used by one thread at a time (the reactor). Nothing that is secret comes in: urls are keys in their redacted form.
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

// What a fact is about. Each is a table of keys and values.
enum class Fact {
  nar_hash,      // tree id -> SHA-256 of its NAR
  evaluation,    // digest -> what the evaluation came to
  host,          // origin -> what its server can do
  answers,       // origin -> how fast its server answered; url -> when the remote there failed
  genesis,       // "2 " and a redacted url -> id of the genesis last seen there
  vouched,       // genesis, label and redacted url -> which revisions the remote there said the versions are
  whole,         // commit id -> "held" if a ref keeps it, or "": all it reaches has been seen here
  doubtful,      // tree id -> "": something in it could not be read, to be looked at in full
  materialized,  // tree id -> the boot during which its directory was written or checked (in the table: "laid_out")
  request,       // what was asked for, and what it was locked to -> ""
  questions,     // who chose versions -> what was asked for it
  used,          // commit id, tree id or digest -> when a run last used it, in seconds since 1970
  lock,          // path of an atom.lock on this machine -> when a run last used it
};

inline constexpr std::array all_facts = {
    Fact::nar_hash, Fact::evaluation,   Fact::host,    Fact::answers,   Fact::genesis, Fact::vouched, Fact::whole,
    Fact::doubtful, Fact::materialized, Fact::request, Fact::questions, Fact::used,    Fact::lock};
std::string_view name_of(Fact fact);

class Database : public git::HostMemory {
 public:
  // Blocks: for the pool.
  explicit Database(const std::filesystem::path& file);
  // Writes what was postponed, if that is possible within a moment.
  ~Database() override;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  std::optional<std::string> get(Fact fact, std::string_view key);
  // All at once: one lock on the file in the place of many.
  std::vector<std::optional<std::string>> get_all(Fact fact, const std::vector<std::string>& keys);
  void put(Fact fact, std::string_view key, std::string_view value);
  void forget(Fact fact, std::string_view key);
  // All at once, in one transaction.
  void put_all(Fact fact, const std::vector<std::pair<std::string, std::string>>& facts);
  void forget_all(Fact fact);
  std::vector<std::pair<std::string, std::string>> all(Fact fact);
  std::uint64_t count(Fact fact);
  // Begins anew, with the file moved out of the way.
  void set_aside();
  // Reads the whole file; what is wrong with it, or nothing.
  std::optional<std::string> damage();

  std::optional<git::HostFacts> recall(const std::string& origin) override;
  void remember(const std::string& origin, const git::HostFacts& facts) override;

  const std::string& warning() const { return warning_; }

 private:
  void open();
  void connect(const std::string& path);
  bool may_only_be_read() const;
  void connect_to_copy();
  Statement& statement(std::string_view verb, Fact fact);
  // Whether the statement could be executed: one that begins or ends a transaction.
  bool executed(const char* statement);
  void note(const SqliteError& mishap);
  void cope(const SqliteError& mishap);
  void change(Fact fact, std::string_view key, std::optional<std::string_view> value);
  void execute_change(Fact fact, std::string_view key, std::optional<std::string_view> value);
  void write_postponed();

  std::filesystem::path file_;
  std::optional<Sqlite> connection_;
  std::map<std::pair<std::string_view, Fact>, Statement> statements_;  // closed before the connection
  bool is_open_for_good_ = false;                                      // the constructor is through
  std::string warning_;
  // What could not be written yet; nothing for a key that is to be removed.
  std::map<std::pair<Fact, std::string>, std::optional<std::string>> postponed_;
};

}  // namespace eka::store
