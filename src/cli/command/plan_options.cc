#include "cli/command/plan_options.h"

#include "cli/command/overrides.h"

namespace eka::cli {

CLI::Option* PlanOptions::add_to(CLI::App& command) {
  auto* positional = atoms.add_to(command, SelectionOptions::Default::here);
  add_options(command, OptionGroup::planning, given);
  add_override_option(command, overrides);
  return positional;
}

}  // namespace eka::cli
