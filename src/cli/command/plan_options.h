// What `eka plan` and `eka build` are asked alike: which atoms, and how to evaluate them.
#pragma once

#include <string>
#include <vector>

#include "atom/names/uri.h"
#include "cli/command/arguments.h"
#include "engine/context/settings.h"
#include "engine/plan.h"

namespace eka::cli {

struct PlanOptions {
  std::vector<std::string> uris;
  bool share_context = false;
  bool fresh_evaluation = false;
  bool allow_ifd = false;
  bool no_gc_root = false;
  std::string build_platform;
  std::string target_platform;

  // Adds the flags to a command. `uris` are a positional argument, which the caller may require.
  CLI::Option* add_to(CLI::App& command);

  // The flags win over what the configuration said.
  void apply_to(engine::Settings& settings) const;

  // The URIs, read. A path that is a package set's working tree is planned as it lies there. Kind::usage.
  engine::PlanRequest request(const atom::Aliases& aliases) const;
};

}  // namespace eka::cli
