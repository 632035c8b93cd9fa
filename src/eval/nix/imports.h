// Import-from-derivation without an evaluator that can build.
//
// An expression may read what a derivation builds, in the middle of evaluation. Where that is allowed
// (Evaluation::imports), the evaluator stays as sealed as ever: it has no process to build with and no store but its
// own. So it fails at the first output that is not in that store, and its report names it. Who evaluates then has the
// derivation built in the real store, by the user's own Nix, and evaluates once more with what was built in the private
// store from the beginning; and so on, until nothing is missing. An expression that imports from n derivations, each
// depending on the last, is evaluated n+1 times.
//
// (Letting the evaluator talk to the Nix daemon, as plain Nix does, would evaluate once; but whoever reaches a daemon
// may start any build, collect garbage, and read the whole store.)
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coro/task/task.h"
#include "eval/nix/installation.h"

namespace eka::eval {

// The derivation in the private store `store` whose output evaluation asked for when it ended with `errors`. Nothing
// when it ended for another reason, or when the output is one of `built`. Blocks.
std::optional<std::string> wanted_build(const std::filesystem::path& store, std::string_view errors,
                                        const std::vector<std::string>& built);

// Copies `built`, which must be valid in the real store, and what they refer to into the private store `store`. Throws
// Error(Kind::failure).
coro::Task<> register_builds(const Installation& installation, std::filesystem::path store,
                             std::vector<std::string> built);

}  // namespace eka::eval
