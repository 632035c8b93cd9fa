// A directory of a working tree as git objects: the content of a local atom.
#pragma once

#include <vector>

#include "atom/hash/object_id.h"
#include "git/object/working_tree.h"
#include "store/object/objects.h"

namespace eka::store {

// Writes every blob and tree that is not there yet, and returns the root tree. A file whose blob is known and there is
// not read at all. `files` as git::list_working_files() gives them: sorted by path. The bytes of a file are taken as
// they are. Kind::failure for a file that cannot be read.
atom::ObjectId write_snapshot(Objects& objects, const std::vector<git::WorkingFile>& files);

}  // namespace eka::store
