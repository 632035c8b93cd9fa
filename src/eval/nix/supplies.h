// What every evaluator of a run is given and needs to be made but once.
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
  std::string filter;  // syscalls.h
};

// Has Nix make an empty store in `store`, an empty directory. Throws Kind::failure.
coro::Task<> make_store(const Installation& installation, std::filesystem::path store);

// Has Nix make the empty store where `scratch_root` does not hold it yet; without it, evaluations take longer. A
// coroutine of the reactor. Throws Error(Kind::failure) where no filter can be made, or no file.
coro::Task<Supplies> gather_supplies(const Installation& installation, std::filesystem::path scratch_root,
                                     coro::Pool& pool);

}  // namespace eka::eval
