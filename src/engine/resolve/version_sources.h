// Who says which versions a set has, when versions are chosen.
//
// A set is named by URLs, and manifests name them. Not every manifest is trusted:
//
//   * A set that the manifest in question names itself (or its own set) is decided by the URLs given there. URLs that
//     other manifests give for the same genesis deliver objects; they add no version, hide none and cause no
//     disagreement.
//   * For a set that only dependencies name, a version counts for a dependency where the URLs that its manifest gives
//     offer it at one revision. Dependencies on one atom must agree on a revision, so a stranger can restrict what is
//     chosen, and never add to it.
//
// `::` in the manifest of a dependency is the URLs that offer that dependency.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "atom/manifest/manifest.h"
#include "engine/resolve/sets.h"

namespace eka::engine {

// The URLs that one manifest gives for a set: mirrors of each other. In ascending order, each once.
using Places = std::vector<atom::Url>;
Places places_of(std::vector<atom::Url> urls);

// What several manifests say: a version counts where each of them offers it.
using VersionSources = std::set<Places>;

// All URLs, in ascending order.
Places urls_of(const VersionSources& voices);

// What the URLs say that a version of an atom of `set` is: nothing when none of them offers it, or two of them at
// different revisions.
std::optional<atom::ObjectId> revision_at(const Sets& sets, const Places& places, const atom::ObjectId& set,
                                          const atom::Label& label, const atom::Version& version);

// One version as one revision, and who offers that.
struct OfferedVersion {
  atom::Version version;
  atom::ObjectId rev;
  std::optional<atom::ObjectId> manifest_blob;  // nothing: the atom itself has to be read for its manifest
  std::vector<atom::Url> urls;
};

// What any of the voices offers, ascending by version, then revision. With `decides`, Kind::integrity where two URLs of
// one voice disagree: both names are in the manifest that decides.
Result<std::vector<OfferedVersion>> offered_versions(const Sets& sets, const VersionSources& voices,
                                                     const atom::ObjectId& set, const atom::Label& label, bool decides);

// The sets that one manifest decides.
class Deciders {
 public:
  // The URLs of one tag, once it is known which set they are.
  void add(const atom::ObjectId& set, Places places) { sets_[set].insert(std::move(places)); }

  bool decide(const atom::ObjectId& set) const { return sets_.contains(set); }
  // All that was added for the set; nullptr for a set that is not decided.
  const VersionSources* of(const atom::ObjectId& set) const;
  // Those that count where a manifest calls the set by these `named` URLs: what was added with one of the same URLs,
  // else everything; and `named` itself for a set that is not decided.
  VersionSources relevant(const atom::ObjectId& set, const VersionSources& named) const;
  // May the remote at `url` say which versions the set has?
  bool may_speak(const atom::ObjectId& set, const atom::Url& url) const;

 private:
  std::map<atom::ObjectId, VersionSources> sets_;
};

}  // namespace eka::engine
