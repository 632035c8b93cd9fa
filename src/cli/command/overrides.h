// Overrides of dependencies: --override, and the eka.toml beside an ekala.toml.
#pragma once

#include <string>
#include <vector>

#include "cli/option/arguments.h"
#include "cli/output/terminal.h"
#include "engine/plan/roots.h"
#include "engine/select/select.h"

namespace eka::cli {

// Declares --override, which adds to `typed`.
void add_override_option(CLI::App& command, std::vector<std::string>& typed);

// Adds to each item the overrides that were typed as "LABEL=PATH" or "LABEL=URI", and those in the eka.toml of its
// working tree for other labels. A file that is committed is ignored, with a warning. Throws Kind::usage.
void add_overrides(std::vector<engine::Wanted>& items, const std::vector<std::string>& typed,
                   const atom::Aliases& aliases, std::vector<std::string>& warnings);

// The same for what `selection` selects, on the pool. Prints warnings. The arguments must outlive the call.
coro::Task<std::vector<engine::Wanted>> select_with_overrides(engine::Context& context, engine::Selection selection,
                                                              const std::vector<std::string>& typed,
                                                              const atom::Aliases& aliases, const Palette& palette);

}  // namespace eka::cli
