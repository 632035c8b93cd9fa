// Generates the package sets of a description: one bare repository per set, with published atoms, and a summary.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/json/json.h"
#include "atom/names/atom_id.h"
#include "atom/names/label.h"
#include "atom/version/version.h"
#include "world/description.h"

namespace eka::world {

struct PublishedVersion {
  atom::Version version;
  atom::ObjectId rev;
  atom::ObjectId tree;
  atom::ObjectId origin;
  std::size_t closure = 0;           // number of atoms in its lock
  std::vector<std::string> sets_of;  // names of the sets that contain them
};

struct PublishedAtom {
  std::string set;
  atom::Label label;
  atom::AtomId id;
  Composer composer = Composer::nix;
  bool plannable = true;
  std::vector<PublishedVersion> versions;  // in the order they were published
};

struct PublishedSet {
  std::string name;
  std::filesystem::path path;
  std::string url;
  atom::ObjectId genesis;
};

struct World {
  std::vector<PublishedSet> sets;
  std::vector<PublishedAtom> atoms;

  atom::Json json() const;
};

// Each set becomes `directory`/<set>.git; its URL in manifests and lock files is `url_base`/<set>.git. Throws
// eka::Error if the description is inconsistent or writing fails.
World make_world(const Description& description, const std::filesystem::path& directory, const std::string& url_base);

}  // namespace eka::world
