#include "store/maintenance/audit.h"

#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <set>
#include <system_error>

#include <sys/stat.h>

#include "base/text.h"
#include "store/disk/disk.h"
#include "store/disk/quarantine.h"
#include "store/fact/database.h"
#include "store/name/refs.h"
#include "store/object/objects.h"
#include "store/object/survey.h"
#include "store/pack/pack_scanner.h"
#include "store/pack/packs.h"
#include "store/tree/tree_writer.h"

namespace eka::store {
namespace {

namespace fs = std::filesystem;

// Accepted packs may have grown by merging: only their format and checksum are checked here.
constexpr PackLimits no_limits{.objects = std::numeric_limits<std::uint32_t>::max(),
                               .object_size = std::numeric_limits<std::uint64_t>::max() / 4,
                               .structure_size = std::numeric_limits<std::uint64_t>::max() / 4,
                               .unpacked_base = std::numeric_limits<std::uint64_t>::max() / 4,
                               .expansion = 0,
                               .id_deltas = std::numeric_limits<std::uint64_t>::max(),
                               .chains_base = std::numeric_limits<std::uint64_t>::max() / 4,
                               .chains_expansion = 0};

class Auditor {
 public:
  Auditor(const Places& places, Repair repair, coro::Stop stop) : places_(places), repair_(repair), stop_(stop) {}

  Audit run() {
    for (const PackFile& pack : list_packs(places_.packs())) check(pack);
    check_loose();
    check_database();
    if (fs::exists(places_.objects())) {
      check_names();
      check_trees();
    }
    audit_.left = Quarantine::count_left(places_.incoming());
    for (const fs::path& place : places_.incoming_directories()) audit_.left += Quarantine::count_left(place);
    return std::move(audit_);
  }

 private:
  bool repairs() const { return repair_ == Repair::yes; }
  void note(std::string kind, std::string what, std::string why) {
    audit_.findings.push_back({std::move(kind), std::move(what), std::move(why)});
  }

  void check(const PackFile& pack) {
    ++audit_.packs;
    try {
      scan(pack);
      hash_objects(pack);
    } catch (const Error& error) {
      // If the pack is gone, another process has merged it into another one.
      if (std::error_code absent; !fs::exists(pack.pack, absent)) return;
      note("pack", pack.name, error.message());
      objects_are_damaged_ = true;
      if (repairs()) set_aside(pack);
    }
  }

  void scan(const PackFile& pack) {
    std::ifstream file(pack.pack, std::ios::binary);
    PackScanner scanner(no_limits);
    std::vector<char> block(1 << 20);
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())), file.gcount() > 0) {
      stop_.check();
      scanner.push(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(file.gcount()))));
    }
    if (file.bad() || !file.eof()) throw Error(Kind::integrity, "cannot be read");
    scanner.finish();
    if ("pack-" + scanner.trailer().hex() != pack.name) {
      throw Error(Kind::integrity, "checksum does not match the file name");
    }
  }

  void hash_objects(const PackFile& pack) {
    Objects alone = Objects::of_pack(pack.index);
    for (const atom::ObjectId& id : ids_of_pack(pack.index)) {
      stop_.check();
      ++audit_.objects;
      if (!alone.find(id)) throw Error(Kind::integrity, "object " + id.hex() + " is missing in it");
    }
  }

  void set_aside(const PackFile& pack) {
    make_directories(places_.damaged());
    std::error_code ignored;
    fs::rename(pack.index, places_.damaged() / pack.index.filename(), ignored);
    fs::rename(pack.pack, places_.damaged() / pack.pack.filename(), ignored);
    remove_pack(pack);
  }

  void check_loose() {
    if (!fs::exists(places_.objects())) return;
    Objects loose = Objects::of_loose(places_.objects());
    for (const atom::ObjectId& id : loose.all()) {
      stop_.check();
      ++audit_.objects;
      try {
        if (loose.find(id)) continue;
        note("object", id.hex(), "cannot be read");
      } catch (const Error& error) {
        note("object", id.hex(), error.message());
      }
      objects_are_damaged_ = true;
      const std::string hex = id.hex();
      std::error_code ignored;
      if (repairs()) fs::remove(places_.objects() / hex.substr(0, 2) / hex.substr(2), ignored);
    }
  }

  void check_database() {
    if (!fs::exists(places_.database())) return;
    Database database(places_.database());
    if (!database.warning().empty()) {
      note("database", places_.database().filename(), database.warning());  // the database has already set it aside
    } else if (const auto damage = database.damage()) {
      note("database", places_.database().filename(), *damage);
      if (repairs()) database.set_aside();
    } else if (objects_are_damaged_ && repairs()) {
      // Commits recorded as complete may be incomplete now.
      database.forget_all(Fact::whole);
    }
  }

  // With damaged objects still in place, checking headers is not enough to find the affected atoms.
  void check_names() {
    Objects objects = Objects::of_cache(places_.objects());
    const auto blobs = objects_are_damaged_ && !repairs() ? Surveyor::Blobs::contents : Surveyor::Blobs::headers;
    Surveyor surveyor(objects, {}, blobs);
    const Refs refs(places_.git());
    std::set<atom::ObjectId> seen;  // several remotes may have delivered an atom
    for (const CachedName& name : refs.all()) {
      stop_.check();
      if (seen.insert(name.rev).second) ++audit_.atoms;
      try {
        objects.read(name.rev, ObjectType::commit);
        surveyor.anything(name.rev);
      } catch (const Error& error) {
        note("atom", name.str() + " of set " + name.set, error.message());
        if (repairs()) refs.remove({name});
      }
    }
  }

  void check_trees() {
    Objects objects = Objects::of_cache(places_.objects());
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(places_.trees(), ignored)) {
      stop_.check();
      const auto id = atom::ObjectId::parse(entry.path().filename().native());
      if (!id) continue;
      ++audit_.trees;
      const std::string why = what_is_wrong(objects, *id, entry.path());
      if (why.empty()) continue;
      note("tree", id->hex(), why);
      if (repairs()) remove_materialized(entry.path());
    }
  }

  static std::string what_is_wrong(Objects& objects, const atom::ObjectId& id, const fs::path& place) {
    try {
      return holds_tree(objects, id, place) ? "" : "content does not match its objects";
    } catch (const Error& error) {
      return error.message();
    }
  }

  // Renamed away first, so that the tree is complete or absent at any moment.
  void remove_materialized(const fs::path& place) {
    const Quarantine away = Quarantine::make(places_.trees_incoming());
    std::error_code ignored;
    ::chmod(place.c_str(), 0700);
    fs::rename(place, away.path() / "tree", ignored);
  }

  const Places& places_;
  Repair repair_;
  coro::Stop stop_;
  Audit audit_;
  bool objects_are_damaged_ = false;
};

}  // namespace

Audit audit(const Places& places, Repair repair, coro::Stop stop) {
  return Auditor(places, repair, stop).run();
}

}  // namespace eka::store
