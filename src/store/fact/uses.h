// Records what a run used; written to the database at the end of the run, so that `eka cache gc` keeps it for a while.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "atom/hash/object_id.h"
#include "coro/task/clock.h"
#include "store/fact/database.h"

namespace eka::store {

// The id as a key of the database.
inline std::string_view key_of(const atom::ObjectId& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

// Used on the reactor.
class Uses {
 public:
  // Both must outlive it.
  Uses(Database& database, coro::Clock& clock) : database_(database), clock_(clock) {}
  ~Uses();
  Uses(const Uses&) = delete;
  Uses& operator=(const Uses&) = delete;

  void note(const atom::ObjectId& commit_or_tree) { used_[Fact::used].emplace(key_of(commit_or_tree)); }
  // A digest, or the hash of a file.
  void note(const std::string& digest) { used_[Fact::used].insert(digest); }
  // A lock file on this machine: what it names is kept as long as the file exists, regardless of age.
  void note_lock(const std::filesystem::path& file);

  // Remembers what was noted since. The destructor does the same.
  void write();

 private:
  Database& database_;
  coro::Clock& clock_;
  std::map<Fact, std::set<std::string>> used_;
};

}  // namespace eka::store
