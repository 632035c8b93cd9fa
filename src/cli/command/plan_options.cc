#include "cli/command/plan_options.h"

#include "cli/command/overrides.h"
#include "cli/command/wanted.h"
#include "cli/output/complain.h"

namespace eka::cli {

CLI::Option* PlanOptions::add_to(CLI::App& command) {
  add_options(command, OptionGroup::planning, given);
  add_override_option(command, overrides);
  return command.add_option("uri", uris, std::string(atom_uri_help) + " (default: the atom in the current directory)")
      ->type_name("URI");
}

Common PlanOptions::with(Common common) const {
  common.options.insert(common.options.end(), given.begin(), given.end());
  return common;
}

engine::PlanRequest PlanOptions::request(const atom::Aliases& aliases, const Palette& palette) const {
  engine::PlanRequest out{read_wanted_or_here(uris, aliases)};
  std::vector<std::string> warnings;
  add_overrides(out.items, overrides, aliases, warnings);
  for (const auto& warning : warnings) print_error(warning_text(warning, palette));
  return out;
}

}  // namespace eka::cli
