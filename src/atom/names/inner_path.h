// A path that stays inside a directory: relative, "/" separated, without "..". Used in manifests and locks.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace eka::atom {

// Normalized: no "./", no double or trailing slash; the directory itself is ".".
Result<std::string> parse_inner_path(std::string_view text);

}  // namespace eka::atom
