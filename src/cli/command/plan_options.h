// The arguments shared by `eka plan` and `eka build`: atoms, overrides, and evaluation options.
#pragma once

#include <string>
#include <vector>

#include "cli/command/command.h"
#include "cli/command/selection.h"
#include "cli/output/terminal.h"
#include "engine/context/context.h"

namespace eka::cli {

struct PlanOptions {
  SelectionOptions atoms;
  std::vector<std::string> overrides;
  GivenOptions given;

  // Adds options and the positional argument of `atoms` to a command, and returns the latter.
  CLI::Option* add_to(CLI::App& command);

  // The common options and those of this command.
  Common with(Common common) const;

  // What `selection` selects, with overrides. Prints warnings about those. Throws Kind::usage; `aliases` and `palette`
  // must outlive the call.
  coro::Task<std::vector<engine::Wanted>> select(engine::Context& context, engine::Selection selection,
                                                 const atom::Aliases& aliases, const Palette& palette) const;
};

}  // namespace eka::cli
