// Words for syntax errors of TOML.
#pragma once

#include <string>
#include <string_view>

#include "atom/toml/position.h"

namespace eka::atom {

// What is wrong at `where` in `text`, from the `description` of toml++: "this string is not closed" instead of
// "Error while parsing string: unescaped control characters other than TAB (U+0009) are explicitly prohibited".
// Printable.
std::string toml_wording(std::string_view description, std::string_view text, Position where);

}  // namespace eka::atom
