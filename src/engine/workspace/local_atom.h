// Adds an atom of a working tree to the cache, so that all later steps treat it like a fetched one.
//
// Its directory becomes git tree objects (.gitignore is respected, executable bits and symlinks are kept), and an atom
// commit without an origin, with the version "<version>-dev.<first 12 hex digits of the tree>". Nothing is written into
// the directory; a tree that is cached already costs a stat of each file, and only changed files are read.
#pragma once

#include <filesystem>
#include <optional>

#include "atom/names/url.h"
#include "engine/context/context.h"
#include "engine/context/published.h"
#include "engine/workspace/package_set.h"

namespace eka::engine {

struct LocalAtom {
  Published published;
  atom::Url repository;             // meaning of "::"
  std::filesystem::path set;        // the directory of its ekala.toml
  std::optional<atom::Url> origin;  // where the repository publishes
};

// The set of a working tree, as it was when it was read.
struct WorkingSet {
  std::filesystem::path root;  // the directory of its ekala.toml
  PackageSet packages;
  std::filesystem::path git_directory;
  std::optional<atom::Url> origin;  // where the repository publishes
};

// The set that contains `directory`. Throws Kind::usage (no set, no repository, an invalid manifest). Blocks.
WorkingSet read_working_set(const std::filesystem::path& directory);

// Adds the atom `label` of `set`, whose genesis is given. Throws Kind::usage, Kind::unsatisfiable (no such label, or
// not the requested version). `set` must outlive the call.
coro::Task<LocalAtom> enter_local(Context& context, const WorkingSet& set, atom::ObjectId genesis, atom::Label label,
                                  atom::Requirement requirement);
// The same for the set that contains `directory`, read anew.
coro::Task<LocalAtom> enter_local(Context& context, std::filesystem::path directory, atom::Label label,
                                  atom::Requirement requirement);

// The version that a local atom gets.
atom::Version dev_version(const atom::Version& version, const atom::ObjectId& tree);
// Whether a version has this form.
bool is_dev(const atom::Version& version);

}  // namespace eka::engine
