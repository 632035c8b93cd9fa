// Import-from-derivation with an evaluator that cannot build.
//
// An expression may read the output of a derivation during evaluation. If that is allowed (Evaluation::imports), the
// evaluator's sandbox stays the same: it cannot start builds and sees only its private store. It fails at the first
// output that is not in that store and names it in its report. The caller then has the derivation built in the real
// store by the user's Nix, and evaluates again with the output copied into the private store, until nothing is missing.
// An expression that imports from n derivations, each depending on the previous one, is evaluated n+1 times.
//
// (Giving the evaluator access to the Nix daemon, as plain Nix does, would evaluate only once; but a client of the
// daemon can start any build, collect garbage, and read the whole store.)
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coro/task/task.h"
#include "eval/nix/installation.h"

namespace eka::eval {

// The derivation in the private store `store` whose output evaluation needed when it failed with `errors`. Nothing if
// it failed for another reason, or if the output is one of `built`. Blocks.
std::optional<std::string> wanted_build(const std::filesystem::path& store, std::string_view errors,
                                        const std::vector<std::string>& built);

// Copies `built`, which must be valid in the real store, with all references into the private store `store`. Throws
// Error(Kind::failure).
coro::Task<> register_builds(const Installation& installation, std::filesystem::path store,
                             std::vector<std::string> built);

}  // namespace eka::eval
