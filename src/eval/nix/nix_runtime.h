// Properties of an installed Nix: its version, and the files that its evaluator loads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eka::eval {

struct NixRuntime {
  std::string version;
  std::vector<std::string> libraries;  // the loader first; absolute paths as the loader prints them
  bool is_new = false;                 // it was not cached
};

// The version that the evaluator prints. Throws Error(Kind::usage) if it does not run.
std::string nix_version(const std::filesystem::path& nix_instantiate);

// Runs the evaluator and its loader once: the result is cached in the directory `memory` and valid while all files it
// lists are unchanged. Throws Error(Kind::usage) if this Nix does not work.
NixRuntime nix_runtime(const std::filesystem::path& nix_instantiate, const std::filesystem::path& memory);

}  // namespace eka::eval
