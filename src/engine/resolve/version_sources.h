// Determines which URLs define the versions of a set when versions are chosen.
//
// Manifests name sets by URLs. Not every manifest is trusted:
//
//   * A set that the manifest being resolved names itself (or its own set) is decided by the URLs given there. URLs
//     that other manifests give for the same genesis deliver objects; they cannot add or hide versions or cause a
//     disagreement.
//   * For a set that only dependencies name, a version counts for a dependency if the URLs in its manifest offer it
//     with one revision. Dependencies on one atom must agree on a revision, so a third party can restrict the choice,
//     but never add to it.
//
// `::` in the manifest of a dependency means the URLs that offer that dependency.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "atom/manifest/manifest.h"
#include "engine/locate/sets.h"

namespace eka::engine {

// The URLs that one manifest gives for a set: mirrors of each other. In ascending order, without duplicates.
using Places = std::vector<atom::Url>;
Places places_of(std::vector<atom::Url> urls);

// The URLs of several manifests: a version counts if each of them offers it.
using VersionSources = std::set<Places>;

// All URLs, in ascending order.
Places urls_of(const VersionSources& voices);

// The revision of a version of an atom of `set` at these URLs: nothing if none of them offers it, or if two of them
// have different revisions.
std::optional<atom::ObjectId> revision_at(const Sets& sets, const Places& places, const atom::ObjectId& set,
                                          const atom::Label& label, const atom::Version& version);

// A version with one revision, and the URLs that offer it.
struct OfferedVersion {
  atom::Version version;
  atom::ObjectId rev;
  std::optional<atom::ObjectId> manifest_blob;  // nothing: the atom must be read for its manifest
  std::vector<atom::Url> urls;
  bool yanked = false;  // one of them has withdrawn it
};

// All versions that any of `voices` offers, in ascending order by version, then revision. With `decides`,
// Kind::integrity if two URLs of one element disagree: both are in the deciding manifest.
Result<std::vector<OfferedVersion>> offered_versions(const Sets& sets, const VersionSources& voices,
                                                     const atom::ObjectId& set, const atom::Label& label, bool decides);

// The sets that one manifest decides.
class Deciders {
 public:
  // Adds the URLs of one tag, once their set is known.
  void add(const atom::ObjectId& set, Places places) { sets_[set].insert(std::move(places)); }

  bool decide(const atom::ObjectId& set) const { return sets_.contains(set); }
  // All URLs that were added for the set; nullptr for a set that is not decided.
  const VersionSources* of(const atom::ObjectId& set) const;
  // Those that count for a manifest that names the set by the URLs `named`: what was added with one of these URLs, else
  // everything; and `named` itself for a set that is not decided.
  VersionSources relevant(const atom::ObjectId& set, const VersionSources& named) const;
  // Whether the remote at `url` may define versions of the set.
  bool may_speak(const atom::ObjectId& set, const atom::Url& url) const;

 private:
  std::map<atom::ObjectId, VersionSources> sets_;
};

}  // namespace eka::engine
