#include "cli/output/terminal.h"

#include <cstdlib>
#include <string_view>

namespace eka::cli {
namespace {

bool is_dumb(const char* term) {
  return term != nullptr && std::string_view(term) == "dumb";
}

}  // namespace

bool wants_color(bool is_terminal, const char* no_color, const char* clicolor_force, const char* term) {
  if (no_color != nullptr && *no_color != '\0') return false;
  const std::string_view force = clicolor_force == nullptr ? "" : clicolor_force;
  if (!force.empty() && force != "0") return true;
  return is_terminal && !is_dumb(term);
}

Palette::Palette(Color color)
    : on_(color == Color::always ||
          (color == Color::automatic && wants_color(error_is_terminal(), std::getenv("NO_COLOR"),
                                                    std::getenv("CLICOLOR_FORCE"), std::getenv("TERM")))) {}

Text Palette::paint(const char* style, const Text& text) const {
  return on_ ? Text::styled(style, text) : text;
}

Progress decide(Progress asked, int quiet) {
  const bool dumb = is_dumb(std::getenv("TERM"));
  if (quiet > 0) return Progress::none;
  if (asked == Progress::bar && dumb) return Progress::plain;
  if (asked != Progress::automatic) return asked;
  return error_is_terminal() && !dumb ? Progress::bar : Progress::plain;
}

}  // namespace eka::cli
