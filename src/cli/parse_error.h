// Errors of the command line, in the words of eka instead of those of CLI11.
#pragma once

#include "base/error.h"
#include "cli/command/arguments.h"

namespace eka::cli {

// What `app.parse()` threw, as Kind::usage: an unknown command or option is named, and a similar one is suggested.
Error parse_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace eka::cli
