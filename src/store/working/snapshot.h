// Writes a directory of a working tree as git objects, for local atoms.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "atom/hash/object_id.h"
#include "coro/run/pool.h"
#include "store/object/objects.h"
#include "store/pack/new_objects.h"
#include "store/working/file_states.h"

namespace eka::store {

struct SnapshotPlaces {
  NewObjects::Places objects;
  std::filesystem::path states;       // the file with the states of this directory's files (file_states.h)
  std::filesystem::path quarantines;  // for that file
};

// How much of what is recorded is believed.
enum class Recorded {
  present,  // the cache has every object of the last tree
  known,    // the ids are right; whether the cache has the objects is looked up
  nothing,  // every file is read, and every object that is damaged is written again
};

struct Snapshot {
  atom::ObjectId tree;
  std::vector<atom::ObjectId> earlier;  // trees of the same directory, the last one first
  bool wrote_pack = false;
};

// Writes every missing blob and tree of `directory`, which is in a working tree; records the states of its files. Files
// whose blob is known and present are not read. File contents are stored unchanged. The tree has passed the checks of a
// Surveyor. Blocks; stops soon after `stop` is requested. Throws as git::list_working_files(); Kind::failure if a file
// cannot be read; Kind::integrity if the directory exceeds a limit.
Snapshot take_snapshot(Objects& objects, const std::filesystem::path& directory, const SnapshotPlaces& places,
                       FileStates states, Recorded recorded, coro::Stop stop);

}  // namespace eka::store
