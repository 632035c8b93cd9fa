// Output on standard error: color, and the progress display.
#pragma once

#include <memory>

#include "cli/output/print.h"
#include "engine/context/observer.h"

namespace eka::cli {

enum class Color { automatic, always, never };
enum class Progress { automatic, bar, plain, none };

// Styles text if standard error supports color. Color::automatic honors NO_COLOR and TERM=dumb.
class Palette {
 public:
  explicit Palette(Color color);
  Text bold(const Text& text) const { return paint("1", text); }
  Text red(const Text& text) const { return paint("1;31", text); }
  Text yellow(const Text& text) const { return paint("33", text); }
  Text cyan(const Text& text) const { return paint("36", text); }

 private:
  Text paint(const char* style, const Text& text) const;
  bool on_;
};

// Resolves "automatic" progress: a live line on a terminal, plain lines in a pipe, nothing with -q. With TERM=dumb,
// there is never a live line, since it needs control characters.
Progress decide(Progress asked, int quiet);

// An observer that draws on standard error. Its destructor removes the live line.
std::unique_ptr<engine::Observer> make_display(Progress progress, int verbose, const Palette& palette);

}  // namespace eka::cli
