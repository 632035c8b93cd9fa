// A path that stays inside a directory: relative, "/" separated, without "..". Manifests and locks name such.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace eka::atom {

// Normalised: no "./", no doubled or final slash; the directory itself is ".".
Result<std::string> parse_inner_path(std::string_view text);

}  // namespace eka::atom
