// Whether a file system supports the locks that SQLite uses.
//
// Without them (NFS without a lock daemon, some FUSE file systems), SQLite reports a busy database and waits as if
// another process held the lock.
#pragma once

#include <filesystem>

namespace eka::store {

// Locks a byte of `file` and releases it. A refusal may be temporary (ENOLCK on NFS), so it is repeated for a quarter
// of a second. True if the file cannot be opened: then there is no answer. Blocks.
bool can_lock_records(const std::filesystem::path& file);

}  // namespace eka::store
