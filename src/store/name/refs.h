// The refs that keep objects in the cache, as git's own: one small file each, or many together in packed-refs, where
// that is the cheaper way to write them.
//
//   refs/atoms-2/<giver>/<base58 genesis>/<label>/<version>/<rev>   an atom, and who delivered it
//   refs/sources/<name>                                             a source that is no atom
//
// A ref of an atom says nothing that its commit does not say itself, so nobody has to be trusted for it: the revision
// is part of its name. It is no answer to the question which revision a version is (fact/vouched.h is). The genesis is
// the one under which the atom was wanted.
//
// A ref is written last, when its objects are durable, under a lock that ends with its process. Where nothing can be
// locked, a rename that never replaces has to do. A file that a power cut left empty counts as absent and is written
// again. Refs of older formats are never read: outdated() lists them for removal.
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
  std::filesystem::path file;  // empty when it is packed

  std::string str() const { return label.str() + " " + version.str(); }
  std::string ref() const;
};

// The ref of a source that is no atom.
struct CachedSource {
  std::string name;
  atom::ObjectId rev;
  std::filesystem::path file;  // empty when it is packed
};

// Any other ref.
struct OutdatedRef {
  std::string name;            // whole: "refs/…"
  std::filesystem::path file;  // empty when it is packed
};

class Refs {
 public:
  explicit Refs(std::filesystem::path git_directory, WriteAccess access = {})
      : directory_(git_directory), packed_(std::move(git_directory)), access_(std::move(access)) {}

  // What `giver` delivered of each of the labels, in ascending order of versions.
  std::vector<std::vector<CachedAtom>> given(const Giver& giver, const atom::ObjectId& genesis,
                                             const std::vector<atom::Label>& labels) const;
  // Those of several deliveries at once. Where nothing may be written, refs that exist already are fine.
  struct Delivery {
    Giver giver;
    atom::ObjectId genesis;
    std::vector<AtomName> names;
  };
  void write(const std::vector<Delivery>& deliveries) const;

  // The name of a source says what its content is. Kind::integrity when it stands for something else already.
  std::optional<atom::ObjectId> find_source(const std::string& name) const;
  void write_source(const std::string& name, const atom::ObjectId& rev) const;

  // Every ref of an atom, ordered by giver, set, label, version and revision.
  std::vector<CachedName> all() const;
  std::vector<CachedSource> sources() const;
  std::vector<OutdatedRef> outdated() const;
  // Only while nobody writes refs.
  void remove(const std::vector<CachedName>& names, const std::vector<CachedSource>& sources = {},
              const std::vector<OutdatedRef>& outdated = {}) const;
  // When a packed ref was written, at the latest.
  std::filesystem::path packed_file() const { return packed_.file(); }

 private:
  // One ref to be written, "<directory><name>".
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
