// An empty Nix store, with which evaluations start.
//
// To create a store, Nix creates fifteen directories and runs a dozen transactions of SQLite, which takes as long as
// evaluating a small atom. So one store is created for each version of Nix and kept in the cache; it is read once per
// run and written for each evaluator, which owns its copy.
//
// (Reusing the store of a previous evaluator was rejected: a sandbox must not see what another one left.)
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace eka::eval {

class EmptyStore {
 public:
  // Without content: each evaluator creates its own store.
  EmptyStore() = default;
  // The store that Nix created at `made`; empty() if that is missing or not such a store. Blocks.
  static EmptyStore read(const std::filesystem::path& made);

  bool empty() const { return directories_.empty(); }
  // Writes it into `store`, an empty directory. Blocks. Throws Error(Kind::failure).
  void write(const std::filesystem::path& store) const;

 private:
  struct File {
    std::string path;
    std::string content;
  };
  std::vector<std::string> directories_;  // parents first
  std::vector<File> files_;
};

}  // namespace eka::eval
