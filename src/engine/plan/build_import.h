// Builds a derivation that evaluation needs to continue (import-from-derivation, eval/nix/imports.h).
#pragma once

#include <string>
#include <vector>

#include "engine/context/context.h"

namespace eka::engine {

// Imports the derivation into the real store and has the user's Nix build it, like `eka build`; its outputs get garbage
// collector roots, like plans. Returns their paths, all of them valid. Throws Kind::evaluation if the build fails.
coro::Task<std::vector<std::string>> build_import(Context& context, eval::Evaluated wanted);

}  // namespace eka::engine
