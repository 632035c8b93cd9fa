// Errors as text, and their exit codes.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cli/output/print.h"
#include "cli/output/terminal.h"

namespace eka::cli {

// 1 failure, 2 usage, 3 unsatisfiable, 4 remote, 5 evaluation, 6 integrity, 7 offline.
int exit_code(Kind kind);

// For several: the highest of 3 to 7 among them, else 2 if all are usage errors, else 1; 0 for none.
int most_severe(const std::vector<int>& codes);
int exit_code(const std::vector<Error>& errors);

// "error: <message>", then the context, innermost first, then the hint. Ends with a newline.
Text describe(const Error& error, const Palette& palette);

// Several errors. Those with the same message and hint, such as one for each atom of an unreachable remote, are printed
// once, with the contexts that all of them have, and the others as a list that is cut after some.
Text describe(const std::vector<Error>& errors, const Palette& palette);

// "warning: <text>", with a newline.
Text warning_text(const std::string& text, const Palette& palette);

}  // namespace eka::cli
