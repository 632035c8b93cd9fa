// How commands that show something end.
#pragma once

#include <string>
#include <vector>

#include "atom/json/json.h"
#include "base/error.h"
#include "cli/output/print.h"
#include "cli/output/terminal.h"
#include "engine/context/remotes.h"

namespace eka::cli {

struct Ending {
  atom::Json document;  // printed with --json
  std::string text;     // printed without
  std::vector<Error> errors{};
};

// Prints the document or the text, then the errors, and if `verbose` what was requested from which remote. Returns the
// exit code.
int end_with(const Ending& ending, bool json, const std::vector<engine::RemoteCost>& remotes, const Palette& palette,
             bool verbose);

}  // namespace eka::cli
