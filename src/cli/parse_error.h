// Errors of the command line, in eka's wording instead of CLI11's.
#pragma once

#include <string>

#include "base/error.h"
#include "cli/option/arguments.h"

namespace eka::cli {

// Converts an exception of `app.parse()` to Kind::usage; names an unknown command or option and suggests a similar one.
Error parse_error(const CLI::App& app, const CLI::ParseError& error);

// A hint for a word that is not a command of `command`: what may have been meant (a similar word, a command of a group,
// a URI without its command), otherwise `usage`.
std::string unknown_command_hint(const CLI::App& command, const std::string& typed, const std::string& usage);

}  // namespace eka::cli
