#include "store/fact/database.h"

#include <array>
#include <exception>
#include <map>
#include <system_error>

#include "store/disk/record_locks.h"
#include "store/disk/write_access.h"
#include "store/fact/fact_writer.h"

namespace eka::store {
namespace {

constexpr int format = 5;

// In the order of Fact.
constexpr std::array<std::string_view, all_facts.size()> tables = {
    "nar_hash", "evaluation", "host",      "answers", "genesis", "vouched", "whole",    "doubtful",
    "laid_out", "request",    "questions", "used",    "yanked",  "listed",  "released", "lock"};

constexpr std::string_view select = "SELECT value FROM @ WHERE key = ?";
constexpr std::string_view insert = "INSERT OR REPLACE INTO @ (key, value) VALUES (?, ?)";
constexpr std::string_view remove = "DELETE FROM @ WHERE key = ?";
constexpr std::string_view count_all = "SELECT count(*) FROM @";
constexpr std::string_view select_all = "SELECT key, value FROM @ ORDER BY key";

// Timeouts for locks held by other processes: when the file is opened, and at the end. By default, nothing waits in
// between.
constexpr std::chrono::milliseconds first_wait{5000};
constexpr std::chrono::milliseconds last_wait{20};

void make_tables(Sqlite& connection) {
  std::string sql = "BEGIN IMMEDIATE;";
  for (const std::string_view table : tables) {
    sql += "CREATE TABLE IF NOT EXISTS " + std::string(table) +
           " (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";
  }
  connection.execute(sql + "PRAGMA user_version = " + std::to_string(format) + "; COMMIT;");
}

// New tables do not need a new format: older versions of eka ignore them.
bool has_all_tables(Sqlite& connection) {
  Statement query = connection.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'table'");
  return query.step() && std::stoull(query.text(0)) >= tables.size();
}

int format_of(Sqlite& connection) {
  Statement query = connection.prepare("PRAGMA user_version");
  return query.step() ? std::stoi(query.text(0)) : 0;
}

// For older and newer formats alike: no content is worth a migration.
SqliteError wrong_format(int found) {
  return SqliteError::foreign("unsupported format " + std::to_string(found) + ", not " + std::to_string(format));
}

// The file is renamed, not deleted: another process may have it open, and it may help to find the cause.
void move_aside(const std::filesystem::path& file) {
  std::error_code ignored;
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(std::filesystem::path(file) += suffix, ignored);
  std::filesystem::rename(file, std::filesystem::path(file) += ".damaged", ignored);
}

}  // namespace

std::string_view name_of(Fact fact) {
  return tables.at(static_cast<std::size_t>(fact));
}

Database::Database(const std::filesystem::path& file) : file_(file) {
  open();
  is_open_for_good_ = true;
}

Database::Database(const std::filesystem::path& file, coro::Pool& pool) : Database(file) {
  writer_ = std::make_unique<FactWriter>(file, pool);
}

Database::~Database() {
  if (postponed_.empty()) return;
  try {
    wait_at_most(last_wait);
    write_postponed();
  } catch (const std::exception&) {
    // Out of memory. These facts are found out again.
  }
}

void Database::close() {
  writer_.reset();
  wait_at_most(last_wait);
  write_postponed();
  connect(":memory:");
}

void Database::open() {
  if (may_only_be_read()) {
    connect_to_copy({Sqlite::Manner::read, Sqlite::Manner::read_unchanging});
    return;
  }
  // SQLite would take such a failure for a busy database and wait for it.
  if (!can_lock_records(file_.parent_path() / "lock")) {
    connect_to_copy({Sqlite::Manner::read_unchanging});
    warning_ =
        "cannot use eka.db in the cache: its file system does not support locks; results of this run are not cached";
    return;
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      connect(file_);
      return;
    } catch (const SqliteError& error) {
      note(error);
      if (!error.is_damage()) break;
      statements_.clear();
      connection_.reset();
      move_aside(file_);
    }
  }
  connect(":memory:");
}

void Database::connect(const std::string& path) {
  statements_.clear();
  connection_.emplace(path);
  is_in_memory_ = path == ":memory:";
  connection_->wait_at_most(is_open_for_good_ ? std::chrono::milliseconds(0) : first_wait);
  connection_->execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;");
  const int found = format_of(*connection_);
  if (found != 0 && found != format) {
    throw wrong_format(found);
  }
  if (found == 0 || !has_all_tables(*connection_)) make_tables(*connection_);
  connection_->execute("PRAGMA wal_checkpoint(PASSIVE)");
  connection_->wait_at_most({});
}

bool Database::may_only_be_read() const {
  return obstacle_to_writing(file_) || obstacle_to_writing(file_.parent_path());
}

// With a possible writer, SQLite needs the files of its write-ahead log. If they are missing and cannot be created,
// nobody has written since the last connection was closed.
void Database::connect_to_copy(const std::vector<Sqlite::Manner>& manners) {
  for (const auto manner : manners) {
    std::error_code ignored;
    if (!warning_.empty() || !std::filesystem::exists(file_, ignored)) break;
    try {
      Sqlite original(file_, manner);
      original.wait_at_most(last_wait);
      const int found = format_of(original);
      if (found != format) throw wrong_format(found);
      connect(":memory:");
      connection_->copy(original);
      if (!has_all_tables(*connection_)) make_tables(*connection_);
      return;
    } catch (const SqliteError& error) {
      if (error.is_damage() || manner == Sqlite::Manner::read_unchanging) note(error);
    }
  }
  connect(":memory:");
}

Statement& Database::statement(std::string_view verb, Fact fact) {
  const auto key = std::pair(verb, fact);
  if (const auto known = statements_.find(key); known != statements_.end()) {
    known->second.reset();
    return known->second;
  }
  std::string sql(verb);
  sql.replace(sql.find('@'), 1, tables.at(static_cast<std::size_t>(fact)));
  return statements_.emplace(key, connection_->prepare(sql)).first->second;
}

void Database::note(const SqliteError& mishap) {
  if (warning_.empty()) warning_ = std::string("cannot use eka.db in the cache: ") + mishap.what();
}

// Called after a statement failed. A file that proves damaged only now is set aside as at the start.
void Database::cope(const SqliteError& mishap) {
  note(mishap);
  if (mishap.is_damage()) open();
}

std::string Database::warning() const {
  return warning_.empty() && writer_ ? writer_->warning() : warning_;
}

void Database::wait_at_most(std::chrono::milliseconds limit) {
  connection_->wait_at_most(limit);
}

std::optional<FactChange> Database::pending(Fact fact, std::string_view key) const {
  if (writes_on_pool()) return writer_->find(fact, key);
  if (postponed_.empty()) return std::nullopt;
  const auto found = postponed_.find({fact, std::string(key)});
  return found == postponed_.end() ? std::nullopt : std::optional(found->second);
}

FactChanges Database::all_pending() const {
  return writes_on_pool() ? writer_->all() : postponed_;
}

// What is pending is looked up first: it may be written, and no longer be pending, at any time.
std::optional<std::string> Database::get(Fact fact, std::string_view key) {
  if (const auto change = pending(fact, key)) return *change;
  return read(fact, key);
}

std::optional<std::string> Database::read(Fact fact, std::string_view key) try {
  Statement& query = statement(select, fact);
  if (!query.bind(key).step()) return std::nullopt;
  std::string value = query.text(0);
  query.reset();  // ends the read transaction, which would block checkpoints
  return value;
} catch (const SqliteError& error) {
  cope(error);
  return std::nullopt;
}

std::vector<std::optional<std::string>> Database::get_all(Fact fact, const std::vector<std::string>& keys) {
  std::vector<std::optional<FactChange>> changes;
  for (const std::string& key : keys) changes.push_back(pending(fact, key));
  std::vector<std::optional<std::string>> values;
  const bool together = executed("BEGIN");
  for (std::size_t i = 0; i < keys.size(); ++i) values.push_back(changes[i] ? *changes[i] : read(fact, keys[i]));
  if (together) executed("COMMIT");
  return values;
}

void Database::put(Fact fact, std::string_view key, std::string_view value) {
  change_all({{{fact, std::string(key)}, std::string(value)}});
}

void Database::forget(Fact fact, std::string_view key) {
  change_all({{{fact, std::string(key)}, std::nullopt}});
}

void Database::put_all(Fact fact, const std::vector<std::pair<std::string, std::string>>& facts) {
  FactChanges changes;
  for (const auto& [key, value] : facts) changes.insert_or_assign({fact, key}, value);
  change_all(changes);
}

void Database::change_all(const FactChanges& changes) {
  if (changes.empty()) return;
  if (writes_on_pool()) return writer_->add(changes);
  for (const auto& [name, value] : changes) postponed_.insert_or_assign(name, value);
  write_postponed();
}

// In one transaction.
void Database::write_postponed() {
  if (postponed_.empty()) return;
  try {
    connection_->execute("BEGIN IMMEDIATE");
    for (const auto& [name, value] : postponed_) execute_change(name.first, name.second, value);
    connection_->execute("COMMIT");
  } catch (const SqliteError& error) {
    roll_back();
    if (error.is_busy()) return;
    cope(error);
  }
  postponed_.clear();
}

void Database::execute_change(Fact fact, std::string_view key, const FactChange& value) {
  Statement& change = statement(value ? insert : remove, fact);
  change.bind(key);
  if (value) change.bind(*value);
  change.step();
  change.reset();
}

// If there is a transaction: some failures end it.
void Database::roll_back() try { connection_->execute("ROLLBACK"); } catch (const SqliteError&) {
  return;
}

bool Database::executed(const char* statement) try {
  connection_->execute(statement);
  return true;
} catch (const SqliteError& error) {
  if (!error.is_busy()) cope(error);
  return false;
}

void Database::forget_all(Fact fact) {
  FactChanges changes;
  for (const auto& [key, value] : all(fact)) changes.emplace(std::pair(fact, key), std::nullopt);
  change_all(changes);
}

std::vector<std::pair<std::string, std::string>> Database::all(Fact fact) {
  std::map<std::string, FactChange> values;
  for (auto& [name, value] : all_pending()) {
    if (name.first == fact) values.emplace(name.second, std::move(value));
  }
  for (auto& [key, value] : read_all(fact)) values.try_emplace(std::move(key), std::move(value));
  std::vector<std::pair<std::string, std::string>> facts;
  for (auto& [key, value] : values) {
    if (value) facts.emplace_back(key, *std::move(value));
  }
  return facts;
}

std::vector<std::pair<std::string, std::string>> Database::read_all(Fact fact) try {
  std::vector<std::pair<std::string, std::string>> facts;
  Statement& query = statement(select_all, fact);
  while (query.step()) facts.emplace_back(query.text(0), query.text(1));
  query.reset();
  return facts;
} catch (const SqliteError& error) {
  cope(error);
  return {};
}

std::uint64_t Database::count(Fact fact) try {
  Statement& query = statement(count_all, fact);
  const std::uint64_t count = query.step() ? std::stoull(query.text(0)) : 0;
  query.reset();
  return count;
} catch (const SqliteError& error) {
  cope(error);
  return 0;
}

void Database::set_aside() {
  statements_.clear();
  connection_.reset();
  move_aside(file_);
  open();
}

std::optional<std::string> Database::damage() try {
  Statement check = connection_->prepare("PRAGMA quick_check(1)");
  const std::string found = check.step() ? check.text(0) : "no result";
  return found == "ok" ? std::nullopt : std::optional(found);
} catch (const SqliteError& error) {
  return error.what();
}

// "0\n", "1\n" for a host that supports v2, "2\n" for one that does but serves no object by its id; "3\n" to "5\n" for
// the same if the host closes its connection after each response; then the capability lines.
std::optional<git::HostFacts> Database::recall(const std::string& origin) {
  const auto value = get(Fact::host, origin);
  if (!value || value->size() < 2) return std::nullopt;
  git::HostFacts facts;
  const char kind = value->front();
  facts.speaks_v2 = kind != '0' && kind != '3';
  facts.gives_by_id = kind != '2' && kind != '5';
  facts.persists = kind < '3';
  facts.agent_capabilities = value->substr(2);
  return facts;
}

void Database::remember(const std::string& origin, const git::HostFacts& facts) {
  const int kind = (facts.persists ? 0 : 3) + (!facts.speaks_v2 ? 0 : facts.gives_by_id ? 1 : 2);
  put(Fact::host, origin, std::to_string(kind) + "\n" + facts.agent_capabilities);
}

}  // namespace eka::store
