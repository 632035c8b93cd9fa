// What the working tree has and the published commit does not.
#pragma once

#include "engine/publish/source.h"
#include "git/object/source_repository.h"

namespace eka::engine {

// Compares the requested atoms of `source`, whose commit is checked out, with the working tree. Adds a warning for each
// that differs, and to `source.uncommitted` each version that a commit of the working tree would add. With `all`, atoms
// that only the working tree has are included. Never throws Error: what cannot be compared is a warning. Blocks.
void compare_with_working_tree(const git::SourceRepository& repository, bool all, PublishSource& source);

// The files of the atom, relative to its directory, that differ from the working tree: changed, new, removed. Ignored
// files are not compared. Sorted. Throws as git::list_working_files(). Blocks.
std::vector<std::string> changed_files(const git::SourceRepository& repository, const PublishSource& source,
                                       const SourceOfAtom& atom);

}  // namespace eka::engine
