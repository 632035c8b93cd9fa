// Inputs that are created once for all evaluators of a run.
#pragma once

#include <filesystem>
#include <string>

#include "coro/run/pool.h"
#include "coro/task/task.h"
#include "eval/nix/installation.h"
#include "eval/store/empty_store.h"

namespace eka::eval {

struct Supplies {
  EmptyStore store;
  std::string filter;         // syscalls.h
  std::string forked_filter;  // the same for children of the fork server, which execute nothing
};

// Runs Nix to create an empty store in `store`, an empty directory. Throws Kind::failure.
coro::Task<> make_store(const Installation& installation, std::filesystem::path store);

// Reads the empty store from `scratch_root`, or runs Nix to create it there; without it, evaluations take longer. A
// coroutine of the reactor. Throws Error(Kind::failure) if the filter or a file cannot be created.
coro::Task<Supplies> gather_supplies(const Installation& installation, std::filesystem::path scratch_root,
                                     coro::Pool& pool);

}  // namespace eka::eval
