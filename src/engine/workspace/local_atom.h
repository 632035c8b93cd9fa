// An atom as it lies in a working tree, brought into the cache like any other: there is one path through the engine.
//
// Its directory becomes git tree objects (.gitignore honoured, executable bits and links kept), and an atom commit
// without an origin, named with the version "<version>-dev.<first 12 hex digits of the tree>". Nothing is written into
// the directory; a tree that is in the cache already costs a look at each file's stat data.
#pragma once

#include <filesystem>
#include <optional>

#include "atom/names/url.h"
#include "engine/context/context.h"
#include "engine/context/published.h"

namespace eka::engine {

struct LocalAtom {
  Published published;
  atom::Url repository;             // what "::" means to it
  std::filesystem::path set;        // the directory of its ekala.toml
  std::optional<atom::Url> origin;  // where the repository publishes
};

// The atom `label` of the set that `directory` lies in. Throws Kind::usage (no set, no repository, a broken manifest),
// Kind::unsatisfiable (no such label, or not the version that is asked for).
coro::Task<LocalAtom> enter_local(Context& context, std::filesystem::path directory, atom::Label label,
                                  atom::Requirement requirement);

// The version under which a local atom is known.
atom::Version dev_version(const atom::Version& version, const atom::ObjectId& tree);

}  // namespace eka::engine
