// The offer of a set: its genesis, and the published versions of its atoms, according to its refs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/hash/object_id.h"
#include "atom/names/label.h"
#include "atom/names/url.h"
#include "atom/version/version.h"
#include "engine/context/context.h"
#include "git/remote/remote.h"

namespace eka::engine {

// The refs of published versions: refs/eka/atoms/<label>/<version>.
inline constexpr std::string_view atoms_prefix = "refs/eka/atoms/";
// What else is published of them: refs/eka/meta/<label>/<version>/….
inline constexpr std::string_view meta_prefix = "refs/eka/meta/";

struct SetOffer {
  using Objects = std::map<atom::Label, std::map<atom::Version, atom::ObjectId>>;
  atom::ObjectId genesis;
  Objects atoms{};      // the atom commits
  Objects manifests{};  // the blobs of their atom.toml, if listed
  Objects origins{};    // the source commits they were published from, if listed
  Objects yanked{};     // the versions that were withdrawn, with blobs that say why, if listed

  // The versions of an atom that new locks may use.
  std::vector<atom::Version> usable(const atom::Label& label) const;
  std::optional<atom::ObjectId> origin_of(const atom::Label& label, const atom::Version& version) const;
  bool is_yanked(const atom::Label& label, const atom::Version& version) const;
};

// Refs under our prefixes without a valid label and version are ignored. Kind::remote if the init ref is missing: `url`
// is not a set.
SetOffer read_offer(const atom::Url& url, const std::vector<git::Ref>& refs);

// All versions, with one ref query. The cost grows with the size of the set: the pipeline queries only the labels it
// needs.
coro::Task<SetOffer> whole_offer(Context& context, atom::Url url);

// A hint for an error that says that `label` is not among `labels`: the most similar one, otherwise a list, at most
// eight of them; empty if there are none.
std::string labels_hint(const atom::Label& label, const std::vector<std::string>& labels);

}  // namespace eka::engine
