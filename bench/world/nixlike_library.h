// The fixed files of the world that nixlike_world() describes.
#pragma once

#include <map>
#include <string>

#include "world/description.h"

namespace eka::world {

// By path: `lib`, the standard environment, and `default.nix`, which maps { system } to all packages. It imports
// `pkgs/all-packages.nix` (a function of the final set of packages) and the overlays that `overlays/default.nix` lists.
std::map<std::string, File> nixlike_library();

}  // namespace eka::world
