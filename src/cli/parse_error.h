// Errors of the command line, in eka's wording instead of CLI11's.
#pragma once

#include "base/error.h"
#include "cli/command/arguments.h"

namespace eka::cli {

// Converts an exception of `app.parse()` to Kind::usage; names an unknown command or option and suggests a similar one.
Error parse_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace eka::cli
