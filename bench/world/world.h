// Makes a described world: one bare repository for each set, published by the protocol, and says what came out.
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
  std::size_t closure = 0;           // atoms that its lock names
  std::vector<std::string> sets_of;  // names of the sets that these live in
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

// Every set becomes `directory`/<set>.git, and is named in manifests and locks by `url_base`/<set>.git. Throws
// eka::Error when the description contradicts itself or the disk refuses.
World make_world(const Description& description, const std::filesystem::path& directory, const std::string& url_base);

}  // namespace eka::world
