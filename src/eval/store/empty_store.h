// An empty store of Nix, with which evaluations begin.
//
// To make a store, Nix makes fifteen directories and runs a dozen transactions of SQLite, which takes as long as the
// evaluation of a small atom. So it makes one for all, once for each version of Nix, in the cache; what it made is read
// once a run, and written out for each evaluator, which owns its copy.
//
// (A store that one evaluator leaves to the next was rejected: what is sealed off must not find what another left.)
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace eka::eval {

class EmptyStore {
 public:
  // Nothing in it: each evaluator then makes its own.
  EmptyStore() = default;
  // What Nix made at `made`; nothing when that is missing, or not such a store. Blocks.
  static EmptyStore read(const std::filesystem::path& made);

  bool empty() const { return directories_.empty(); }
  // Into `store`, an empty directory. Blocks. Throws Error(Kind::failure).
  void write(const std::filesystem::path& store) const;

 private:
  struct File {
    std::string path;
    std::string content;
  };
  std::vector<std::string> directories_;  // each after its parent
  std::vector<File> files_;
};

}  // namespace eka::eval
