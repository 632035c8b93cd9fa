// Building what was planned: `nix-store --realise`, once for all of it.
//
// Unlike evaluation this is the user's own Nix, with its configuration and environment: substituters, builders on other
// machines, its sandbox. Nix builds what a derivation needs first, several at once, and continues when one fails.
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

// One for each derivation: nothing, or why it could not be built as far as Nix said so (Kind::evaluation). Whether its
// outputs are there is the caller's to check. `watch` is called on the reactor. Cancelling ends Nix and its builds.
coro::Task<std::vector<std::optional<Error>>> realise(const Installation& installation, coro::Pool& pool,
                                                      Realisation request, BuildWatch& watch);

}  // namespace eka::eval
