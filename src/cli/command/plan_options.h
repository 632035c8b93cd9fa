// The arguments shared by `eka plan` and `eka build`: atoms, overrides, and evaluation options.
#pragma once

#include <string>
#include <vector>

#include "cli/command/command.h"
#include "cli/command/selection.h"

namespace eka::cli {

struct PlanOptions {
  SelectionOptions atoms;
  std::vector<std::string> overrides;
  GivenOptions given;

  // Adds options and the positional argument of `atoms` to a command, and returns the latter.
  CLI::Option* add_to(CLI::App& command);
};

}  // namespace eka::cli
