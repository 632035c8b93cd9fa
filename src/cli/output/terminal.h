// What standard error supports and the user wants there: color, and how progress is shown.
#pragma once

#include "cli/output/print.h"

namespace eka::cli {

enum class Color { automatic, always, never };
enum class Progress { automatic, bar, plain, none };

// Styles text if standard error supports color. Color::automatic honors NO_COLOR, CLICOLOR_FORCE and TERM=dumb.
class Palette {
 public:
  explicit Palette(Color color);
  Text bold(const Text& text) const { return paint("1", text); }
  Text red(const Text& text) const { return paint("1;31", text); }
  Text yellow(const Text& text) const { return paint("33", text); }
  Text cyan(const Text& text) const { return paint("36", text); }
  Text dim(const Text& text) const { return paint("2", text); }

 private:
  Text paint(const char* style, const Text& text) const;
  bool on_;
};

// Resolves "automatic" progress: live lines on a terminal, plain lines in a pipe, nothing with -q. With TERM=dumb,
// there are never live lines, since they need control characters.
Progress decide(Progress asked, int quiet);

// What Color::automatic means with these variables (null if unset): NO_COLOR decides first, then CLICOLOR_FORCE, then
// whether it is a terminal that is not dumb. Pure.
bool wants_color(bool is_terminal, const char* no_color, const char* clicolor_force, const char* term);

}  // namespace eka::cli
