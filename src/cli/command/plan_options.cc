#include "cli/command/plan_options.h"

#include "cli/command/overrides.h"
#include "cli/output/complain.h"

namespace eka::cli {

CLI::Option* PlanOptions::add_to(CLI::App& command) {
  auto* positional = atoms.add_to(command, SelectionOptions::Default::here);
  add_options(command, OptionGroup::planning, given);
  add_override_option(command, overrides);
  return positional;
}

Common PlanOptions::with(Common common) const {
  common.options.insert(common.options.end(), given.begin(), given.end());
  return common;
}

coro::Task<std::vector<engine::Wanted>> PlanOptions::select(engine::Context& context, engine::Selection selection,
                                                            const atom::Aliases& aliases,
                                                            const Palette& palette) const {
  auto items = co_await engine::select(context, std::move(selection));
  std::vector<std::string> warnings;
  co_await coro::offload(context.pool, [&] { add_overrides(items, overrides, aliases, warnings); });
  for (const auto& warning : warnings) print_error(warning_text(warning, palette));
  co_return items;
}

}  // namespace eka::cli
