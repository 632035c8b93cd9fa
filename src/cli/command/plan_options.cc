#include "cli/command/plan_options.h"

#include "cli/command/wanted.h"

namespace eka::cli {

CLI::Option* PlanOptions::add_to(CLI::App& command) {
  add_options(command, OptionGroup::planning, given);
  return command.add_option("uri", uris, atom_uri_help)->type_name("URI");
}

Common PlanOptions::with(Common common) const {
  common.options.insert(common.options.end(), given.begin(), given.end());
  return common;
}

engine::PlanRequest PlanOptions::request(const atom::Aliases& aliases) const {
  return {read_wanted(uris, aliases)};
}

}  // namespace eka::cli
