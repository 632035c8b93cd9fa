// The private directory of one evaluation: what it is to evaluate, and the store that it fills.
#pragma once

#include <filesystem>
#include <memory>

#include "coro/process/descriptor.h"
#include "coro/run/pool.h"

namespace eka::eval {

// It is locked while its owner lives, so that another process can tell it from what a killed one left behind.
class Scratch {
 public:
  // A new one in `root`, which is made if need be. Blocks: call on the pool. `pool` must outlive it.
  Scratch(const std::filesystem::path& root, coro::Pool& pool);
  // Leaves the removal to the pool.
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path expression() const { return path_ / "expression.nix"; }
  std::filesystem::path nixec() const { return path_ / "nixec"; }  // for a link to our own binary, which heeds the name
  std::filesystem::path store() const { return path_ / "store"; }
  // Where sandboxes mount their root, each in its own mount namespace: empty for everybody else, and shared.
  std::filesystem::path empty_root() const { return path_.parent_path() / "root"; }

  // Removes what dead processes left in `root`. Blocks; for up to a second where an evaluator still dies.
  static void sweep(const std::filesystem::path& root);

 private:
  std::filesystem::path path_;
  coro::Descriptor lock_;
  coro::Pool& pool_;
};

}  // namespace eka::eval
