// The private stores that evaluations fill, as seen from outside afterwards.
//
// An evaluator that was taken over could have left anything there. Nothing in a private store is believed: a file is
// opened without following a link anywhere in its path, and admission into the real store is Nix's own copying, which
// recomputes every hash (every path that evaluation can make is named by its content).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eval/store/derivation.h"

namespace eka::eval {

// The derivation that lies at `drv_path` in `store`. Throws Error(Kind::evaluation) when there is none.
Derivation read_derivation(const std::filesystem::path& store, const std::string& drv_path);

// Joins what `others` hold into `into`, so that one copying serves many evaluations: the files by renaming, their
// registrations by SQL between the databases (of Nix's schema 10, which all of Nix 2 has). Returns those that could not
// be joined, to be copied by themselves. Blocks.
std::vector<std::filesystem::path> join(const std::filesystem::path& into,
                                        const std::vector<std::filesystem::path>& others);

}  // namespace eka::eval
