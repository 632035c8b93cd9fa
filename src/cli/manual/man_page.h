// Man pages in roff (man(7)), and the reference in Markdown.
#pragma once

#include <string>

#include "cli/manual/describe.h"

namespace eka::cli {

// The man page of a command: eka-cache-gc(1). That of the program, eka(1), also has the configuration keys, variables,
// files and exit codes. `version` is shown in the footer.
std::string man_page(const CLI::App& program, const Page& page, const std::string& version);

// A command as a section of Markdown.
std::string command_reference(const Page& page);

// All commands, keys, variables, files and exit codes, as one Markdown document.
std::string reference(const CLI::App& program);

}  // namespace eka::cli
