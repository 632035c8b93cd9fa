#include "store/maintenance/collect.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "atom/lock/lock.h"
#include "base/text.h"
#include "store/disk/disk.h"
#include "store/disk/quarantine.h"
#include "store/disk/usage.h"
#include "store/fact/database.h"
#include "store/fact/uses.h"
#include "store/fact/vouched.h"
#include "store/maintenance/merge.h"
#include "store/maintenance/repack.h"
#include "store/maintenance/stock.h"
#include "store/name/refs.h"
#include "store/object/objects.h"
#include "store/object/reach.h"
#include "store/object/repository.h"
#include "store/object/tree.h"
#include "store/pack/packs.h"
#include "store/source/source_name.h"
#include "store/tree/trees.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

using Ids = std::unordered_set<atom::ObjectId>;

// Directories of the cache whose entries can be removed one by one. The key of an entry in Fact::used is its name; for
// trees, the id.
struct Shelf {
  const char* directory;
  bool named_by_id;
};
constexpr std::array shelves = {Shelf{"trees", true}, Shelf{"sources", false}, Shelf{"working", false}};

// The blob `name` at the top level of a tree.
std::optional<std::string> file_of(Objects& objects, const atom::ObjectId& tree, std::string_view name) {
  const Object top = objects.read(tree, ObjectType::tree);
  for (const TreeEntry& entry : unwrap(parse_tree(top.content()))) {
    if (entry.name != name || entry.kind == EntryKind::directory || entry.kind == EntryKind::symlink) continue;
    return std::string(objects.read(entry.id, ObjectType::blob).content());
  }
  return std::nullopt;
}

// What lock files name.
struct Named {
  std::vector<atom::ObjectId> atoms;  // still to be kept
  std::set<std::string> sources;      // by their names in the cache
  std::set<std::string> files;        // by their hashes

  // Ignores an unreadable lock file: no run can use it either.
  void add(const std::string& lock) {
    const auto parsed = atom::Lock::parse(lock, "atom.lock");
    if (!parsed) return;
    for (const auto& locked : parsed->atoms) {
      if (locked.rev) atoms.push_back(*locked.rev);
    }
    for (const auto& direct : parsed->direct) {
      std::visit([this](const auto& source) { add(source); }, direct.source);
    }
  }
  void add(const atom::LockedGit& git) { sources.insert(source_name(git.rev)); }
  void add(const atom::LockedTar& tar) { add_hash(tar.hash, true); }
  void add(const atom::LockedFile& file) { add_hash(file.hash, false); }
  void add(const atom::LockedBuild& build) { add_hash(build.hash, build.unpack); }
  void add_hash(const std::string& sri, bool of_tree) {
    const auto hash = atom::NarHash::parse_sri(sri);
    if (!hash) return;
    if (of_tree) {
      sources.insert(source_name(*hash));
    } else {
      files.insert(hash->hex());
    }
  }
};

// The part that needs no child process: one instance per collection, used on the pool.
class Collector {
 public:
  Collector(const Places& places, std::int64_t cutoff, const std::vector<std::string>& keep_locks, coro::Stop stop)
      : places_(places), cutoff_(cutoff), stop_(stop), database_(places.database()) {
    for (const auto& lock : keep_locks) named_.add(lock);
    for (const auto& [key, when] : database_.all(Fact::used)) used_[key] = parse_seconds(when).value_or(0);
  }

  struct Rest {
    Collection counts;
    std::vector<atom::ObjectId> ids;            // live objects to be written to a new pack
    std::vector<PackFile> victims;              // packs that the new pack replaces
    std::map<std::string, std::uint64_t> dead;  // by the name of the pack: its objects that are not live
  };

  Rest run() {
    Rest rest;
    rest.counts.bytes_before = take_stock(places_, stop_).bytes;
    sweep();
    drop_names(rest.counts);
    drop_facts(rest.counts);
    drop_shelves(rest.counts);
    drop_loose(rest.counts);
    sort_packs(rest);
    return rest;
  }

 private:
  void sweep() {
    const Repository swept(places_.git(), places_.trees_incoming());  // completes or removes unfinished intakes
    for (const fs::path& place : places_.incoming_directories()) Quarantine::sweep(place);
    remove_stray_indexes(places_.packs());
    // The cache is locked exclusively, so lock files, packs without an index and temporary files of git are leftovers
    // of dead processes.
    std::error_code ignored;
    fs::remove(places_.git() / "packed-refs.lock", ignored);
    for (const auto& entry : fs::directory_iterator(places_.packs(), ignored)) {
      const fs::path& file = entry.path();
      const bool is_stray = file.extension() == ".pack" && !fs::exists(fs::path(file).replace_extension(".idx"));
      if (is_stray || file.filename().native().starts_with("tmp_")) fs::remove(file, ignored);
    }
    for (const auto& entry : fs::directory_iterator(places_.damaged(), ignored)) {
      if (time_of(entry.path()) < cutoff_) remove_tree(entry.path());
    }
  }

  // When the content or inode last changed. Materialized trees have mtime 1, but a meaningful ctime.
  static std::int64_t time_of(const fs::path& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 ? status.st_ctime : 0;
  }

  bool is_used(const std::string& key, const fs::path& file) const {
    const auto known = used_.find(key);
    if (known != used_.end()) return known->second >= cutoff_;
    return time_of(file) >= cutoff_;
  }

  // Keeps the refs in use, those that their lock files name, and so on.
  void drop_names(Collection& counts) {
    Objects objects = Objects::of_cache(places_.objects());
    const Refs refs(places_.git());
    const std::vector<CachedName> names = refs.all();
    std::vector<atom::ObjectId>& open = named_.atoms;
    read_noted_locks();
    keep_used(objects, open);
    for (const CachedName& name : names) {
      if (is_used(std::string(key_of(name.rev)), name.file.empty() ? refs.packed_file() : name.file))
        open.push_back(name.rev);
    }
    while (!open.empty()) {
      stop_.check();
      const atom::ObjectId rev = open.back();
      open.pop_back();
      if (kept_.contains(rev) || !keep(objects, rev)) continue;
      if (const auto lock = file_of(objects, trees_.at(rev), "atom.lock")) named_.add(*lock);
    }
    const auto unused = unused_sources(objects, refs);
    counts.others_dropped += unused.size();
    const auto stays = [&](const CachedName& name) { return kept_.contains(name.rev); };
    // An atom that several remotes delivered counts once.
    std::set<atom::ObjectId> atoms;
    for (const CachedName& name : names) atoms.insert(name.rev);
    counts.atoms_kept =
        static_cast<std::uint64_t>(std::ranges::count_if(atoms, [&](const auto& rev) { return kept_.contains(rev); }));
    counts.atoms_dropped = atoms.size() - counts.atoms_kept;
    // Other commits that reach the removed objects may be incomplete soon.
    if (counts.atoms_dropped + unused.size() != 0) database_.forget_all(Fact::whole);
    std::vector<CachedName> gone;
    std::ranges::remove_copy_if(names, std::back_inserter(gone), stays);
    refs.remove(gone, unused, refs.outdated());
  }

  // Call it after all lock files have been read.
  std::vector<CachedSource> unused_sources(Objects& objects, const Refs& refs) {
    std::vector<CachedSource> unused;
    for (CachedSource& source : refs.sources()) {
      stop_.check();
      const bool wanted =
          named_.sources.contains(source.name) || kept_.contains(source.rev) ||
          is_used(std::string(key_of(source.rev)), source.file.empty() ? refs.packed_file() : source.file);
      if (!wanted || !keep(objects, source.rev)) unused.push_back(std::move(source));
    }
    return unused;
  }

  // Keeps what runs used by id, with or without a ref: manifests, trees, commits of sources that are not atoms.
  void keep_used(Objects& objects, std::vector<atom::ObjectId>& commits) {
    for (const auto& [key, when] : used_) {
      stop_.check();
      if (key.size() != atom::ObjectId::size || when < cutoff_) continue;
      std::array<std::uint8_t, atom::ObjectId::size> bytes{};
      std::ranges::copy(key, bytes.begin());
      const atom::ObjectId id(bytes);
      try {
        const auto header = objects.header(id);
        if (!header) continue;
        if (header->type == ObjectType::commit) commits.push_back(id);
        if (header->type == ObjectType::tree) add_reachable(objects, id, live_);
        if (header->type == ObjectType::blob) live_.insert(id);
      } catch (const Error& error) {
        if (error.kind() != Kind::integrity) throw;
      }
    }
  }

  // Returns false if the commit is incomplete.
  bool keep(Objects& objects, const atom::ObjectId& rev) {
    try {
      const atom::ObjectId tree = tree_of_commit(objects.read(rev, ObjectType::commit).content());
      add_reachable(objects, tree, live_);
      live_.insert(rev);
      kept_.insert(rev);
      trees_.emplace(rev, tree);
      return true;
    } catch (const Error& error) {
      if (error.kind() != Kind::integrity) throw;
      return false;
    }
  }

  void read_noted_locks() {
    for (const auto& [path, when] : database_.all(Fact::lock)) {
      if (const auto text = read_file(path, 16 << 20)) {
        named_.add(*text);
      } else {
        database_.forget(Fact::lock, path);
      }
    }
  }

  void drop_facts(Collection& counts) {
    const auto drop = [&](Fact fact, const auto& stays) {
      for (const auto& [key, value] : database_.all(fact)) {
        stop_.check();
        if (stays(key, value)) continue;
        database_.forget(fact, key);
        ++counts.facts_dropped;
      }
    };
    std::unordered_set<std::string> live;
    for (const atom::ObjectId& id : live_) live.emplace(key_of(id));
    const auto is_in_use = [&](const std::string& key, const std::string&) { return is_used(key, {}); };
    drop(Fact::evaluation, is_in_use);
    drop(Fact::nar_hash,
         [&](const std::string& key, const std::string&) { return live.contains(key) || is_used(key, {}); });
    drop(Fact::released, [&](const std::string& key, const std::string&) { return live.contains(key); });
    drop(Fact::doubtful, [&](const std::string& key, const std::string&) { return live.contains(key); });
    drop(Fact::used, is_in_use);
    // Kept as long as one of the revisions is present.
    drop(Fact::vouched, [&](const std::string&, const std::string& value) {
      return std::ranges::any_of(read_vouched(value), [&](const auto& each) { return kept_.contains(each.second); });
    });
    drop(Fact::listed,
         [&](const std::string& key, const std::string&) { return database_.get(Fact::vouched, key).has_value(); });
  }

  void drop_shelves(Collection& counts) {
    for (const Shelf& shelf : shelves) {
      std::error_code ignored;
      for (const auto& entry : fs::directory_iterator(places_.root / shelf.directory, ignored)) {
        stop_.check();
        const std::string name = entry.path().filename();
        const auto id = atom::ObjectId::parse(name);
        if (name.starts_with('.') || (shelf.named_by_id && !id)) continue;
        const bool wanted =
            is_used(shelf.named_by_id ? std::string(key_of(*id)) : name, entry.path()) || named_.files.contains(name);
        const bool stays = wanted || !drop_entry(entry.path(), counts);
        if (shelf.named_by_id) {
          ++(stays ? counts.trees_kept : counts.trees_dropped);
          if (!wanted) database_.forget(Fact::materialized, key_of(*id));
        } else if (!stays) {
          ++counts.others_dropped;
        }
      }
    }
  }

  // Returns whether nothing of it is left.
  bool drop_entry(const fs::path& path, Collection& counts) {
    const auto gone = Quarantine::make(places_.trees_incoming()).take(path);
    if (!gone) counts.remaining.push_back(gone.error().message());
    return gone.has_value();
  }

  static bool drop_file(const fs::path& file, Collection& counts) {
    std::error_code failure;
    fs::remove(file, failure);
    if (failure) counts.remaining.push_back("cannot remove " + printable(file.native()) + ": " + failure.message());
    return !failure;
  }

  void drop_loose(Collection& counts) {
    Objects loose = Objects::of_loose(places_.objects());
    for (const atom::ObjectId& id : loose.all()) {
      stop_.check();
      const std::string hex = id.hex();
      const bool stays = live_.contains(id) || !drop_file(places_.objects() / hex.substr(0, 2) / hex.substr(2), counts);
      ++(stays ? counts.objects_kept : counts.objects_dropped);
    }
  }

  // Packs without dead objects stay; the live objects of the others, and of small packs, are moved into a new pack.
  void sort_packs(Rest& rest) {
    std::vector<PackFile> pure;
    for (const PackFile& pack : list_packs(places_.packs())) {
      stop_.check();
      const auto ids = ids_of_pack(pack.index);
      const auto living =
          static_cast<std::uint64_t>(std::ranges::count_if(ids, [&](auto& id) { return live_.contains(id); }));
      rest.counts.objects_kept += living;
      rest.counts.objects_dropped += ids.size() - living;
      rest.dead[pack.name] = ids.size() - living;
      if (living == ids.size() && living != 0) {
        pure.push_back(pack);
      } else {
        take_over(rest, pack, ids);
      }
    }
    for (const PackFile& pack : choose_for_merging(std::move(pure), {.count = 1})) {
      take_over(rest, pack, ids_of_pack(pack.index));
    }
    std::ranges::sort(rest.ids);
    const auto twice = std::ranges::unique(rest.ids);
    rest.ids.erase(twice.begin(), twice.end());
  }

  void take_over(Rest& rest, const PackFile& pack, const std::vector<atom::ObjectId>& ids) {
    rest.victims.push_back(pack);
    std::ranges::copy_if(ids, std::back_inserter(rest.ids), [&](const auto& id) { return live_.contains(id); });
  }

  const Places& places_;
  std::int64_t cutoff_;
  coro::Stop stop_;
  Database database_;
  std::map<std::string, std::int64_t> used_;
  Named named_;
  std::set<atom::ObjectId> kept_;                   // commits
  std::map<atom::ObjectId, atom::ObjectId> trees_;  // of kept commits
  Ids live_;
};

}  // namespace

Collection together(Collection first, Collection second) {
  second.atoms_dropped += first.atoms_dropped;
  second.trees_dropped += first.trees_dropped;
  second.objects_dropped += first.objects_dropped;
  second.facts_dropped += first.facts_dropped;
  second.others_dropped += first.others_dropped;
  second.bytes_before = first.bytes_before;
  return second;
}

coro::Task<Collection> collect(Places places, coro::Pool& pool, CollectOptions options) {
  const std::int64_t cutoff = in_seconds(options.now) - options.older_than.count();
  auto rest = co_await coro::offload(
      pool, [&](coro::Stop stop) { return Collector(places, cutoff, options.keep_locks, stop).run(); });
  const auto remaining = co_await repack(places, pool, std::move(rest.ids), std::move(rest.victims));
  for (const PackFile& pack : remaining) {
    rest.counts.remaining.push_back("cannot remove " + printable(pack.pack.native()));
    rest.counts.objects_dropped -= rest.dead[pack.name];
    rest.counts.objects_kept += rest.dead[pack.name];
  }
  rest.counts.bytes_after =
      co_await coro::offload(pool, [&](coro::Stop stop) { return take_stock(places, stop).bytes; });
  co_return rest.counts;
}

}  // namespace eka::store
