#include "cli/output/ending.h"

#include "cli/output/complain.h"
#include "cli/output/report_json.h"

namespace eka::cli {

int end_with(const Ending& ending, bool json, const std::vector<engine::RemoteCost>& remotes, const Palette& palette,
             bool verbose) {
  if (json) {
    print(Text::pretty(ending.document));
  } else {
    print(ending.text);
  }
  print_error(describe(ending.errors, palette));
  if (verbose) tell_costs(remotes);
  return exit_code(ending.errors);
}

}  // namespace eka::cli
