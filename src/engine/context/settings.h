// What one run of the engine is told: all of it decided before it starts (by flags, environment and files, in cli/).
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "eval/evaluator.h"
#include "net/policy/timeouts.h"

namespace eka::engine {

struct Platforms {
  std::string build;
  std::string target;
  std::string legacy_target;
};

struct Settings {
  std::filesystem::path cache_root;
  std::vector<std::filesystem::path> local_sources;  // directories whose files any local package set may use
  Platforms platforms;
  std::size_t jobs = 2;           // evaluations at once
  bool offline = false;           // nothing is asked of any network; what is cached must do
  bool share_context = false;     // evaluate all roots in one process
  bool fresh_evaluation = false;  // evaluate even what is remembered
  bool imports = false;           // evaluation may read what derivations build (import-from-derivation)
  bool gc_roots = true;           // keep Nix's collector from what is planned
  bool whole_traces = false;      // of failed evaluations: with the frames of our own expressions
  eval::Limits limits;            // the memory is that of all evaluations together
  net::Timeouts timeouts;
  std::chrono::seconds deadline{0};  // for the whole run, when not 0
};

}  // namespace eka::engine
