// Builds planned derivations: one `nix-store --realise` for all of them.
//
// Unlike evaluation, this uses the user's Nix configuration and environment: substituters, remote builders, its
// sandbox. Nix builds dependencies first, several at once, and continues when a build fails.
#pragma once

#include <optional>
#include <vector>

#include "base/error.h"
#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "eval/build/build_log.h"
#include "eval/evaluator.h"
#include "eval/nix/installation.h"

namespace eka::eval {

// For each derivation: nothing, or why it could not be built, as far as Nix reported it (Kind::evaluation). The caller
// must check whether the outputs exist. `watch` is called on the reactor. Cancelling terminates Nix and its builds.
coro::Task<std::vector<std::optional<Error>>> realise(const Installation& installation, coro::Pool& pool,
                                                      Realisation request, BuildWatch& watch);

}  // namespace eka::eval
