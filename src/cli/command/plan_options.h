// The arguments shared by `eka plan` and `eka build`: atoms, and evaluation options.
#pragma once

#include <string>
#include <vector>

#include "atom/names/uri.h"
#include "cli/command/command.h"
#include "engine/plan.h"

namespace eka::cli {

struct PlanOptions {
  std::vector<std::string> uris;
  std::vector<std::string> overrides;
  GivenOptions given;

  // Adds options and the positional argument `uris` to a command.
  CLI::Option* add_to(CLI::App& command);

  // The common options and those of this command.
  Common with(Common common) const;

  // The parsed URIs; without any, the atom in the current directory. A path to the working tree of a package set
  // selects its files. Kind::usage.
  // Prints warnings about overrides.
  engine::PlanRequest request(const atom::Aliases& aliases, const Palette& palette) const;
};

}  // namespace eka::cli
