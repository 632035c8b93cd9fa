// `eka complete SHELL WORD...`, which completion scripts call. Its words are not options of eka, so they are not parsed
// as a command line.
#pragma once

#include <string>
#include <vector>

#include "cli/option/arguments.h"

namespace eka::cli {

inline constexpr const char* complete_command = "complete";

// For bash the words are the line up to the cursor and $COMP_WORDBREAKS, for other shells the words after the name of
// the program. Prints the candidates for the last word. Returns the exit code.
int run_completion(const CLI::App& program, const std::vector<std::string>& words);

}  // namespace eka::cli
