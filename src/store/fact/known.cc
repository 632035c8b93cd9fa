#include "store/fact/known.h"

#include <string_view>
#include <utility>

#include "store/fact/sqlite.h"
#include "store/fact/vouched.h"

namespace eka::store {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows rows_of(Sqlite& database, const std::string& table) {
  Rows out;
  Statement query = database.prepare("SELECT key, value FROM " + table);
  while (query.step()) out.emplace_back(query.text(0), query.text(1));
  return out;
}

// "2 <url>" -> genesis
std::map<std::string, std::string> geneses(Sqlite& database) {
  std::map<std::string, std::string> out;
  for (auto& [key, genesis] : rows_of(database, "genesis")) {
    if (key.starts_with("2 ")) out.emplace(key.substr(2), std::move(genesis));
  }
  return out;
}

// "<genesis> <label> <url>" -> versions
std::vector<KnownSet> read(Sqlite& database) {
  std::map<std::string, KnownSet> sets;
  const auto current = geneses(database);
  for (const auto& [key, value] : rows_of(database, "vouched")) {
    const auto first = key.find(' ');
    const auto second = first == std::string::npos ? first : key.find(' ', first + 1);
    if (second == std::string::npos) continue;
    const auto url = key.substr(second + 1);
    const auto genesis = current.find(url);
    const auto label = atom::Label::parse(key.substr(first + 1, second - first - 1));
    if (!label || genesis == current.end() || genesis->second != key.substr(0, first)) continue;
    auto& set = sets[url];
    set.url = url;
    for (const auto& [version, rev] : read_vouched(value)) set.atoms[*label].push_back(version);
  }
  std::vector<KnownSet> out;
  for (auto& [url, set] : sets) out.push_back(std::move(set));
  return out;
}

}  // namespace

std::vector<KnownSet> known_sets(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return {};
  for (const auto manner : {Sqlite::Manner::read, Sqlite::Manner::read_unchanging}) {
    try {
      Sqlite database(file, manner);
      database.wait_at_most({});
      return read(database);
    } catch (const SqliteError&) {
      continue;  // it is locked, damaged, or of another format
    }
  }
  return {};
}

}  // namespace eka::store
