// Reads the private stores that evaluations have filled.
//
// A compromised evaluator could leave anything there, so nothing in a private store is trusted: files are opened
// without following any symlink in their path, and paths are imported into the real store by Nix, which recomputes
// every hash and, without signatures, accepts only content-addressed paths.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eval/store/derivation.h"

namespace eka::eval {

// `store` as an argument of Nix for a command that runs in its parent directory: in an absolute path, Nix would take
// "?" as the start of parameters, and "://" as that of a URL.
std::string store_argument(const std::filesystem::path& store);

// The derivation at `drv_path` in `store`. Throws Error(Kind::evaluation) if there is none.
Derivation read_derivation(const std::filesystem::path& store, const std::string& drv_path);

// Moves the paths that `stores` register into `into`, a new store created by eka (empty_store.h), so that Nix, which
// copies from there without a sandbox, never opens a database or walks through directories that a sandbox could write.
// The databases (Nix's schema 10, used by all of Nix 2) are read with an untrusted schema; of a registration only what
// Nix verifies is copied: no signatures, no mark that a path was built here. Throws Kind::evaluation for a store with
// symlinks on the way, or whose database cannot be read or registers an invalid store path. Blocks.
void gather(const std::filesystem::path& into, const std::vector<std::filesystem::path>& stores);

}  // namespace eka::eval
