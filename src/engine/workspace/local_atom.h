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

// Where a set is on this machine: the set that contains a directory, as its files are now or as they are in a commit of
// its repository.
struct SetPlace {
  SetPlace(std::filesystem::path the_directory, std::optional<atom::ObjectId> of = std::nullopt)
      : directory(std::move(the_directory)), commit(of) {}

  std::filesystem::path directory;
  std::optional<atom::ObjectId> commit;
};

// A set on this machine, as it was when it was read.
struct WorkingSet {
  std::filesystem::path root;  // the directory of its ekala.toml
  PackageSet packages;
  std::optional<atom::ObjectId> commit;  // from which its files are read; nothing: from the disk
  std::string prefix;                    // of the set in that commit, "" or ending with "/"
  std::filesystem::path git_directory;
  std::optional<atom::Url> origin;  // where the repository publishes
};

// Throws Kind::usage (no set, no repository, an invalid manifest). Blocks.
WorkingSet read_working_set(const SetPlace& place);

coro::Task<atom::ObjectId> genesis_of(Context& context, const WorkingSet& set);

// Adds the atom `label` of `set`, whose genesis is given. Throws Kind::usage, Kind::unsatisfiable (no such label, or
// not the requested version). `set` must outlive the call.
coro::Task<LocalAtom> enter_local(Context& context, const WorkingSet& set, atom::ObjectId genesis, atom::Label label,
                                  atom::Requirement requirement);
// The same for a set that is read anew.
coro::Task<LocalAtom> enter_local(Context& context, SetPlace place, atom::Label label, atom::Requirement requirement);

// The version that a local atom gets.
atom::Version dev_version(const atom::Version& version, const atom::ObjectId& tree);
// Whether a version has this form.
bool is_dev(const atom::Version& version);

}  // namespace eka::engine
