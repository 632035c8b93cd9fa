// What sets offer: their atoms, versions and descriptions, for `eka list`, `search` and `show`.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "atom/manifest/manifest.h"
#include "engine/context/context.h"
#include "engine/context/remotes.h"
#include "engine/plan/roots.h"

namespace eka::engine {

struct CatalogEntry {
  atom::Label label;
  std::map<atom::Version, atom::ObjectId> versions;  // with their revisions; not empty
  std::set<atom::Version> yanked{};                  // some of the versions
  std::optional<std::string> description{};          // of highest(), if it was read
  // The highest version that is neither yanked nor a pre-release; if all are, the highest one.
  const atom::Version& highest() const;
};

struct Catalog {
  atom::ObjectId genesis;
  atom::Url reached;                  // the URL that listed the atoms, after insteadOf
  std::vector<CatalogEntry> entries;  // by label
};

struct CatalogRequest {
  std::vector<atom::Url> sets;
  std::string term{};     // only atoms with this text in the label or the description, whatever its case; empty: all
  bool describe = false;  // read the descriptions of all atoms, and search them, too
  bool describe_found = false;  // read the descriptions of those whose label contains the term
};

struct CatalogReport {
  std::vector<Result<Catalog>> sets;  // one for each set of the request
  std::vector<RemoteCost> remotes;
};

// One ref query to each set, all in parallel, and two requests more for descriptions that are not cached. Kind::offline
// for a set on the network if the run is offline. Throws Cancelled only.
coro::Task<CatalogReport> catalogs(Context& context, CatalogRequest request);

// The sets that the atoms of the working tree at `directory` name, and where their own set is published. Blocks. Throws
// Kind::usage if there is no set.
std::vector<atom::Url> sets_named_at(const std::filesystem::path& directory);

// One atom: what its manifest says, and what its set has of it.
struct AtomDetails {
  Published atom;
  atom::Manifest manifest;
  bool from_working_tree = false;
  std::string reached;  // the URL or the directory it was read at, after insteadOf
  std::optional<atom::Lock> lock;
  std::map<atom::Version, atom::ObjectId> versions;  // that are published there; empty for a working tree
  std::set<atom::Version> yanked{};                  // some of the versions
  std::optional<std::string> reason{};               // why this version is yanked, if it is
};
struct DetailsReport {
  std::vector<Result<AtomDetails>> atoms;  // one for each item
  std::vector<RemoteCost> remotes;
};
coro::Task<DetailsReport> details(Context& context, std::vector<Wanted> items);

}  // namespace eka::engine
