// Copies derivations with everything they refer to between the real store and files (store/binary_cache.h).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "coro/task/task.h"
#include "eval/nix/installation.h"

namespace eka::eval {

// `directory` exists. Both run `nix copy`, and throw Error(Kind::failure).
coro::Task<> copy_to_files(const Installation& installation, std::filesystem::path directory,
                           std::vector<std::string> drv_paths);
// Nix compares every path with its content, since the files are not signed.
coro::Task<> copy_from_files(const Installation& installation, std::filesystem::path directory,
                             std::vector<std::string> drv_paths);

}  // namespace eka::eval
