// A source that lies on disk, into the real store.
#pragma once

#include "coro/task/task.h"
#include "eval/evaluator.h"
#include "eval/nix/installation.h"

namespace eka::eval {

// Valid at its store path afterwards. Throws Error(Kind::failure) when the store refuses it, Kind::integrity when
// what lies there belongs at another path.
coro::Task<> add_source(const Installation& installation, Source source);

}  // namespace eka::eval
