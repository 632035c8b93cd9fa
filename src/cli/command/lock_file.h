// Lock files named on the command line.
#pragma once

#include <string>

#include "engine/prefetch/prefetch.h"

namespace eka::cli {

// Throws Kind::usage if the file cannot be read, Kind::integrity if it is not a lock file.
engine::PrefetchRequest::LockFile read_lock(const std::string& name);

}  // namespace eka::cli
