// The sets and atoms that earlier runs have seen, for completion: read without locks, without waiting for other
// processes, and without writing.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "atom/names/label.h"
#include "atom/version/version.h"

namespace eka::store {

struct KnownSet {
  std::string url;                                          // redacted; at which it was reached, after insteadOf
  std::map<atom::Label, std::vector<atom::Version>> atoms;  // versions in ascending order
};

// Of the database at `file`: the versions that each remote reported, for the genesis last seen there. In the order of
// URLs; nothing if the file does not exist or cannot be read. Blocks.
std::vector<KnownSet> known_sets(const std::filesystem::path& file);

}  // namespace eka::store
