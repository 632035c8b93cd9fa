// The private directory of one evaluation: its input, and the store that it fills.
#pragma once

#include <filesystem>
#include <memory>

#include "coro/process/descriptor.h"
#include "coro/run/pool.h"

namespace eka::eval {

// Locked while its owner is alive, so that other processes can distinguish it from leftovers of a killed one.
class Scratch {
 public:
  // Creates a directory in `root`, which is created if needed. Blocks; call it on the pool. `pool` must outlive it.
  Scratch(const std::filesystem::path& root, coro::Pool& pool);
  // Removes the directory on the pool.
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path place() const { return path_.parent_path(); }  // the `root` of the constructor
  std::filesystem::path expression() const { return path_ / "expression.nix"; }
  std::filesystem::path nixec() const { return path_ / "nixec"; }  // for a symlink to eka, which checks its name
  std::filesystem::path store() const { return path_ / "store"; }
  // Where sandboxes mount their root, each in its own mount namespace. Shared; empty outside of them.
  std::filesystem::path empty_root() const { return path_.parent_path() / "root"; }

  // An evaluator writes to the store until it has ended: nothing may be read from its database or moved out of it.
  void begin_use() { in_use_ = true; }
  void end_use() { in_use_ = false; }
  bool is_in_use() const { return in_use_; }

  // Removes directories of dead processes from `root`. Blocks, for up to a second if an evaluator is still exiting.
  static void sweep(const std::filesystem::path& root);

 private:
  std::filesystem::path path_;
  coro::Descriptor lock_;
  coro::Pool& pool_;
  bool in_use_ = false;  // on the reactor
};

}  // namespace eka::eval
