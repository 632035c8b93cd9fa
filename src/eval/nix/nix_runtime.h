// An installed Nix: its version, and the files that its evaluator loads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eka::eval {

struct NixRuntime {
  std::string version;
  std::vector<std::string> libraries;  // the loader first; absolute, as the loader calls them
};

// Asks the evaluator and its loader, once: the answer is kept in `memory` (a directory) and holds as long as every file
// it names is the same file. Throws Error(Kind::usage) when this Nix does not work.
NixRuntime nix_runtime(const std::filesystem::path& nix_instantiate, const std::filesystem::path& memory);

}  // namespace eka::eval
