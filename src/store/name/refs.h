// The refs that keep objects in the cache, as ordinary git refs: one small file each, or many together in packed-refs
// if that is cheaper to write.
//
//   refs/atoms-2/<giver>/<base58 genesis>/<label>/<version>/<rev>   an atom, and who delivered it
//   refs/sources/<name>                                             a source that is not an atom
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/version/version.h"
#include "store/disk/write_access.h"
#include "store/name/atom_name.h"
#include "store/name/packed_refs.h"

namespace eka::store {

// One ref of an atom, loose or packed.
struct CachedName {
  std::string giver;
  std::string set;  // base58 of the genesis
  atom::Label label;
  atom::Version version;
  atom::ObjectId rev;
  std::filesystem::path file;  // empty if packed

  std::string str() const { return label.str() + " " + version.str(); }
  std::string ref() const;
};

// The ref of a source that is not an atom.
struct CachedSource {
  std::string name;
  atom::ObjectId rev;
  std::filesystem::path file;  // empty if packed
};

// Any other ref.
struct OutdatedRef {
  std::string name;            // full name: "refs/…"
  std::filesystem::path file;  // empty if packed
};

class Refs {
 public:
  explicit Refs(std::filesystem::path git_directory, WriteAccess access = {})
      : directory_(git_directory), packed_(std::move(git_directory)), access_(std::move(access)) {}

  // The atoms with each of the labels that `giver` delivered, in ascending order of versions.
  std::vector<std::vector<CachedAtom>> given(const Giver& giver, const atom::ObjectId& genesis,
                                             const std::vector<atom::Label>& labels) const;
  // The refs of several deliveries are written at once. In a read-only cache, refs that already exist are not an error.
  struct Delivery {
    Giver giver;
    atom::ObjectId genesis;
    std::vector<AtomName> names;
  };
  void write(const std::vector<Delivery>& deliveries) const;

  // The name of a source identifies its content. Throws Kind::integrity if the name already refers to another revision.
  std::optional<atom::ObjectId> find_source(const std::string& name) const;
  void write_source(const std::string& name, const atom::ObjectId& rev) const;

  // Every ref of an atom, ordered by giver, set, label, version and revision.
  std::vector<CachedName> all() const;
  std::vector<CachedSource> sources() const;
  std::vector<OutdatedRef> outdated() const;
  // Must not run while refs are being written.
  void remove(const std::vector<CachedName>& names, const std::vector<CachedSource>& sources = {},
              const std::vector<OutdatedRef>& outdated = {}) const;
  // Its modification time is the latest time at which a packed ref was written.
  std::filesystem::path packed_file() const { return packed_.file(); }

 private:
  // A ref to be written: "<directory><name>".
  struct Entry {
    std::string directory;
    std::string name;
    atom::ObjectId rev;
  };

  std::optional<atom::ObjectId> find(const Entry& entry) const;
  bool is_written(const Entry& entry) const;
  bool write_packed(const std::vector<Entry>& entries) const;
  void write_loose(const std::vector<Entry>& entries) const;
  void write_new(const std::vector<Entry>& entries, bool locked) const;

  std::filesystem::path directory_;
  PackedRefs packed_;
  WriteAccess access_;
};

}  // namespace eka::store
