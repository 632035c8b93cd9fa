#include "store/maintenance/stock.h"

#include <array>
#include <set>
#include <system_error>

#include "store/fact/database.h"
#include "store/name/refs.h"
#include "store/pack/packs.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// Counts the files below a directory and their sizes. Symlinks are not followed.
SizeCount weigh(const fs::path& directory, coro::Stop stop) {
  SizeCount count;
  std::error_code ignored;
  const auto options = fs::directory_options::skip_permission_denied;
  for (auto entry = fs::recursive_directory_iterator(directory, options, ignored);
       entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
    stop.check();
    if (!fs::is_regular_file(entry->symlink_status(ignored))) continue;
    const auto size = entry->file_size(ignored);
    if (ignored) continue;
    ++count.entries;
    count.bytes += size;
  }
  return count;
}

SizeCount weigh_entries(const fs::path& directory, coro::Stop stop) {
  SizeCount count{0, weigh(directory, stop).bytes};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (!entry.path().filename().native().starts_with('.')) ++count.entries;
  }
  return count;
}

void count_packs(Stock& stock, const Places& places, coro::Stop stop) {
  for (const PackFile& pack : list_packs(places.packs())) {
    stop.check();
    ++stock.packs.entries;
    stock.packs.bytes += pack.all_bytes;
    try {
      stock.packed_objects += ids_of_pack(pack.index).size();
    } catch (const Error&) {
      // Damaged or already removed; the audit reports damage.
    }
  }
}

void count_loose(Stock& stock, const Places& places, coro::Stop stop) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(places.objects(), ignored)) {
    if (entry.path().filename().native().size() != 2) continue;
    const SizeCount count = weigh(entry.path(), stop);
    stock.loose.entries += count.entries;
    stock.loose.bytes += count.bytes;
  }
}

void count_names(Stock& stock, const Places& places) {
  std::set<std::string> sets;
  std::set<atom::ObjectId> atoms;  // an atom that several remotes delivered counts once
  for (const CachedName& name : Refs(places.git()).all()) {
    atoms.insert(name.rev);
    sets.insert(name.set);
  }
  stock.sets = sets.size();
  stock.atoms = atoms.size();
}

void count_facts(Stock& stock, const Places& places) {
  std::error_code absent;
  if (!fs::exists(places.database(), absent)) return;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const auto size = fs::file_size(fs::path(places.database()) += suffix, absent);
    if (!absent) stock.database_bytes += size;
  }
  Database database(places.database());
  for (const Fact fact : all_facts) stock.facts[std::string(name_of(fact))] = database.count(fact);
}

}  // namespace

Stock take_stock(const Places& places, coro::Stop stop) {
  Stock stock;
  stock.bytes = weigh(places.root, stop).bytes;
  count_packs(stock, places, stop);
  count_loose(stock, places, stop);
  count_names(stock, places);
  stock.trees = weigh_entries(places.trees(), stop);
  stock.damaged = weigh_entries(places.damaged(), stop);
  count_facts(stock, places);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(places.root, ignored)) {
    const fs::path& path = entry.path();
    if (path == places.git() || path == places.trees() || !entry.is_directory(ignored)) continue;
    stock.others[path.filename()] = weigh_entries(path, stop);
  }
  return stock;
}

}  // namespace eka::store
