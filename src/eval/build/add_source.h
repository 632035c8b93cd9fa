// Adds a source on disk to the real store.
#pragma once

#include "coro/task/task.h"
#include "eval/evaluator.h"
#include "eval/nix/installation.h"

namespace eka::eval {

// The source is valid at its store path afterwards. Throws Error(Kind::failure) if the store rejects it,
// Kind::integrity if its content has another store path.
coro::Task<> add_source(const Installation& installation, Source source);

}  // namespace eka::eval
