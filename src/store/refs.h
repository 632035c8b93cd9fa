// The names of atoms in the cache: refs/<base58 genesis>/<label>/<version>, one small file each, as git's own.
//
// A name is immutable. It is written last, when its objects are durable, by a rename that never replaces, so that two
// processes cannot both win; no lock files. A file that a power cut left empty counts as absent and is written anew.
// Should somebody run `git pack-refs`, the packed names are read too.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atom/label.h"
#include "atom/object_id.h"
#include "atom/version.h"
#include "store/cache.h"

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

class Refs {
 public:
  explicit Refs(std::filesystem::path git_directory) : directory_(std::move(git_directory)) {}

  // In ascending order of the versions. Files that are no names of versions are passed over.
  std::vector<CachedAtom> versions(const atom::ObjectId& genesis, const atom::Label& label) const;
  std::optional<atom::ObjectId> find(const atom::ObjectId& genesis, const atom::Label& label,
                                     const atom::Version& version) const;
  // Kind::integrity when a name stands for another revision; those before it are written all the same.
  void write(const atom::ObjectId& genesis, const std::vector<AtomName>& names) const;

  // Sources that are no atoms stand at refs/sources/<name>. A name says what its content is.
  std::optional<atom::ObjectId> find_source(const std::string& name) const;
  void write_source(const std::string& name, const atom::ObjectId& rev) const;
  // Every name, in the order of sets, labels and versions.
  std::vector<CachedName> all() const;
  // What the names of sources that are no atoms stand for.
  std::vector<atom::ObjectId> sources() const;
  // Packed names stay.
  void remove(const CachedName& name) const;

 private:
  // One file to be, "<directory><name>"; `what` it is for a person.
  struct Entry {
    std::string directory;
    std::string name;
    atom::ObjectId rev;
    std::string what;
  };

  std::optional<atom::ObjectId> find(const std::string& directory, const std::string& name) const;
  bool is_written(const Entry& entry) const;
  void write(const std::vector<Entry>& entries) const;
  // What packed-refs holds below `prefix`, by the rest of the name.
  std::vector<std::pair<std::string, atom::ObjectId>> packed(const std::string& prefix) const;

  std::filesystem::path directory_;
};

}  // namespace eka::store
