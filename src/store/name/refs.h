// The names of atoms in the cache: refs/<base58 genesis>/<label>/<version>, as git's own: one small file each, or many
// together in packed-refs, where that is the cheaper way to write them.
//
// A name is immutable. It is written last, when its objects are durable, under a lock that ends with its process, so
// that two processes cannot both win. Where nothing can be locked, a rename that never replaces has to do. A file that
// a power cut left empty counts as absent and is written anew.
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

// One name, wherever it lies.
struct CachedName {
  std::string set;  // base58 of the genesis
  atom::Label label;
  atom::Version version;
  atom::ObjectId rev;
  std::filesystem::path file;  // empty when it is packed

  std::string str() const { return label.str() + " " + version.str(); }
};

// The name of a source that is no atom.
struct CachedSource {
  std::string name;
  atom::ObjectId rev;
  std::filesystem::path file;  // empty when it is packed
};

class Refs {
 public:
  explicit Refs(std::filesystem::path git_directory, WriteAccess access = {})
      : directory_(git_directory), packed_(std::move(git_directory)), access_(std::move(access)) {}

  // In ascending order of the versions. Files that are no names of versions are passed over.
  std::vector<CachedAtom> versions(const atom::ObjectId& genesis, const atom::Label& label) const;
  // Of many labels: where a set is new, that is seen once.
  std::vector<std::vector<CachedAtom>> versions(const atom::ObjectId& genesis,
                                                const std::vector<atom::Label>& labels) const;
  std::optional<atom::ObjectId> find(const atom::ObjectId& genesis, const atom::Label& label,
                                     const atom::Version& version) const;
  // Those of several sets at once: what went wrong with each. Kind::integrity when a name stands for another revision;
  // those before it are written all the same. Where nothing may be written, names that are there already are well.
  struct NamesOfSet {
    atom::ObjectId genesis;
    std::vector<AtomName> names;
  };
  std::vector<std::optional<Error>> write(const std::vector<NamesOfSet>& sets) const;

  // Sources that are no atoms stand at refs/sources/<name>. A name says what its content is.
  std::optional<atom::ObjectId> find_source(const std::string& name) const;
  void write_source(const std::string& name, const atom::ObjectId& rev) const;
  // Every name, in the order of sets, labels and versions.
  std::vector<CachedName> all() const;
  std::vector<CachedSource> sources() const;
  // Only while nobody writes names.
  void remove(const std::vector<CachedName>& names, const std::vector<CachedSource>& sources = {}) const;
  // When a packed name was written, at the latest.
  std::filesystem::path packed_file() const { return packed_.file(); }

 private:
  // One file to be, "<directory><name>"; `what` it is for a person.
  struct Entry {
    std::string directory;
    std::string name;
    atom::ObjectId rev;
    std::string what;
  };

  std::vector<CachedAtom> versions(const std::string& prefix, const PackedRefs::Names& packed, bool look_loose) const;
  std::optional<atom::ObjectId> find(const std::string& directory, const std::string& name) const;
  static Error is_another(const Entry& entry, const atom::ObjectId& there);
  bool is_written(const Entry& entry) const;
  bool write_packed(const std::vector<Entry>& entries) const;
  void write_loose(const std::vector<Entry>& entries) const;
  void write_new(const std::vector<Entry>& entries, bool locked) const;

  std::filesystem::path directory_;
  PackedRefs packed_;
  WriteAccess access_;
};

}  // namespace eka::store
