// Nix colours parts of its messages, in some versions even if nobody sees colours.
#pragma once

#include <string>
#include <string_view>

namespace eka::eval {

// Without the sequences that set colours and styles ("ESC [ 31;1 m"). Other control sequences are kept, for printable()
// to escape.
std::string without_colours(std::string_view text);

}  // namespace eka::eval
