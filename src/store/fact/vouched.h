// Which revision each version of an atom is, according to the remote at one URL.
//
// A remote is trusted only about itself: its answers are stored under the URL that was contacted (after insteadOf) and
// are never used for another URL, whatever genesis that one claims. The objects may be missing.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/names/url.h"
#include "atom/version/version.h"
#include "store/fact/database.h"
#include "store/name/atom_name.h"

namespace eka::store {

// What the remote at one URL said about its set.
struct VouchedSet {
  atom::Url reached_at;
  atom::ObjectId genesis;
  std::vector<AtomName> atoms;
};

// What a remote has reported of the versions of one label.
using Revisions = std::map<atom::Version, atom::ObjectId>;

// Used on the reactor; does not suspend.
class Vouched {
 public:
  explicit Vouched(Database& database) : database_(database) {}

  // The genesis that was last seen at the URL.
  std::optional<atom::ObjectId> genesis_at(const atom::Url& reached_at);
  void remember_genesis(const atom::Url& reached_at, atom::ObjectId genesis);
  // All labels with a known version. Reads the versions of all remotes.
  std::set<atom::Label> labels(const atom::Url& reached_at, const atom::ObjectId& genesis);
  // For each label, in the given order, in ascending order of versions.
  std::vector<std::vector<CachedAtom>> versions(const atom::Url& reached_at, const atom::ObjectId& genesis,
                                                const std::vector<atom::Label>& labels);
  // All that is known, for the genesis last seen at each URL; in the order of URLs.
  std::vector<VouchedSet> all();
  // A version that is already known keeps its revision.
  void remember(const atom::Url& reached_at, const atom::ObjectId& genesis, const std::vector<AtomName>& atoms);

  // The yanked versions of atoms, and the blobs that say why, according to the last answer of the remote about each.
  using Yanked = std::map<atom::Label, Revisions>;
  Yanked yanked(const atom::Url& reached_at, const atom::ObjectId& genesis);
  // Replaces them all.
  void remember_yanked(const atom::Url& reached_at, const atom::ObjectId& genesis, const Yanked& yanked);

 private:
  Database& database_;
};

// The key of what the remote at a URL has reported of a label.
std::string key_at(const atom::Url& reached_at, const atom::ObjectId& genesis, const atom::Label& label);

// Values of Fact::vouched. Unreadable lines are skipped.
Revisions read_vouched(std::string_view text);
std::string write_vouched(const Revisions& revisions);

}  // namespace eka::store
