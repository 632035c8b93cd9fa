// What evaluation wants built before it can go on (import-from-derivation, eval/imports.h), built.
#pragma once

#include <string>
#include <vector>

#include "engine/context/context.h"

namespace eka::engine {

// Admits the derivation into the real store and has the user's Nix build it, as `eka build` would; its outputs are kept
// from Nix's collector as plans are. Returns their paths, all of them valid. Throws Kind::evaluation when it does not
// build.
coro::Task<std::vector<std::string>> build_import(Context& context, eval::Evaluated wanted);

}  // namespace eka::engine
