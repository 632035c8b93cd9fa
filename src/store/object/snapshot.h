// Writes a directory of a working tree as git objects, for local atoms.
#pragma once

#include <vector>

#include "atom/hash/object_id.h"
#include "git/object/working_tree.h"
#include "store/object/objects.h"

namespace eka::store {

// Writes every missing blob and tree, and returns the root tree. Files whose blob is known and present are not read.
// `files` must be sorted by path, as git::list_working_files() returns them. File contents are stored unchanged. Throws
// Kind::failure if a file cannot be read.
atom::ObjectId write_snapshot(Objects& objects, const std::vector<git::WorkingFile>& files);

}  // namespace eka::store
