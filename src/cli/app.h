// The command line. Only this folder prints and chooses exit codes.
#pragma once

#include "cli/command/command.h"

namespace eka::cli {

// Declares all commands and options, once: parsing, --help, man pages, the reference and completion are made from them.
// Parsing `app` fills `common` and sets `action`; both must outlive it.
void declare(CLI::App& app, Common& common, Action& action);

}  // namespace eka::cli
