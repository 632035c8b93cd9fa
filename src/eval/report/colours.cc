#include "eval/report/colours.h"

namespace eka::eval {

std::string without_colours(std::string_view text) {
  constexpr std::string_view start = "\x1b[";
  std::string out;
  out.reserve(text.size());
  while (true) {
    const auto found = text.find(start);
    out += text.substr(0, found);
    if (found == std::string_view::npos) return out;
    text.remove_prefix(found);
    const auto end = text.find_first_not_of("0123456789;:", start.size());
    const bool is_style = end != std::string_view::npos && text[end] == 'm';
    if (!is_style) out += start;
    text.remove_prefix(is_style ? end + 1 : start.size());
  }
}

}  // namespace eka::eval
