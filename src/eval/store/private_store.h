// The private stores that evaluations fill, as seen from outside afterwards.
//
// An evaluator that was taken over could have left anything there. Nothing in a private store is trusted: a file is
// opened without following a link anywhere in its path, and admission into the real store is Nix's own copying, which
// recomputes every hash and, without signatures, takes nothing but paths that are named by their content.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eval/store/derivation.h"

namespace eka::eval {

// The derivation that lies at `drv_path` in `store`. Throws Error(Kind::evaluation) when there is none.
Derivation read_derivation(const std::filesystem::path& store, const std::string& drv_path);

// Moves what `stores` register into `into`, a fresh store of our own (empty_store.h), so that Nix, which copies from
// there without a sandbox, never opens a database that a sandbox could write, nor walks through its directories. The
// databases (of Nix's schema 10, which all of Nix 2 has) are read with their schema distrusted; of a registration only
// what Nix verifies is taken over: no signature, no word that a path was built here. Throws Kind::evaluation for a
// store in which links are in the way, or whose database cannot be read or registers what is no store path. Blocks.
void gather(const std::filesystem::path& into, const std::vector<std::filesystem::path>& stores);

}  // namespace eka::eval
