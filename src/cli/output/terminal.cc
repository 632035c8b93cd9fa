#include "cli/output/terminal.h"

#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/text.h"

namespace eka::cli {
namespace {

using engine::Stage;

struct Words {
  const char* doing;
  const char* done;
};

Words words(Stage stage) {
  switch (stage) {
    case Stage::locate:
      return {"locating", "located"};
    case Stage::fetch_root:
      return {"reading", "read"};
    case Stage::resolve:
      return {"resolving", "resolved"};
    case Stage::fetch_closure:
      return {"fetching", "fetched"};
    case Stage::materialize:
      return {"materializing", "materialized"};
    case Stage::evaluate:
      return {"evaluating", "evaluated"};
    case Stage::import:
      return {"importing", "imported"};
    case Stage::build:
      return {"building", "finished building"};
    case Stage::wait:
      return {"waiting for", "waited for"};
  }
  return {"processing", "processed"};
}

bool is_dumb_terminal() {
  const char* term = std::getenv("TERM");
  return term != nullptr && std::string_view(term) == "dumb";
}

class Silent : public engine::Observer {
 public:
  void began(Stage, std::string_view) override {}
  void ended(Stage, std::string_view) override {}
  void note(std::string_view) override {}
};

class PlainLines : public engine::Observer {
 public:
  PlainLines(int verbose, const Palette& palette) : verbose_(verbose), palette_(palette) {}
  void began(Stage stage, std::string_view what) override {
    // A build may take hours, so its start is always printed.
    if (verbose_ > 1 || stage == Stage::build) {
      print_error("{} {}\n", words(stage).doing, printable(what));
    }
  }
  void ended(Stage stage, std::string_view what) override {
    if (verbose_ > 0 || stage == Stage::evaluate) print_error("{} {}\n", words(stage).done, printable(what));
  }
  void printed(std::string_view what, std::string_view line) override {
    if (verbose_ > 0) print_error("{}> {}\n", printable(what), printable(line, 16 << 10));
  }
  void note(std::string_view text) override {
    print_error(palette_.yellow("note:") + " " + printable(text, 16 << 10, true) + "\n");
  }
  void detail(std::string_view text) override {
    if (verbose_ > 0) print_error("{}\n", printable(text));
  }

 private:
  int verbose_;
  Palette palette_;
};

// One line, redrawn at every change: the number of running units per stage, and the name of the latest.
class LiveLine : public engine::Observer {
 public:
  explicit LiveLine(const Palette& palette) : palette_(palette) {}
  ~LiveLine() override { clear(); }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  void began(Stage stage, std::string_view what) override {
    ++underway_[stage];
    latest_ = printable(what, 60);
    draw();
  }
  void ended(Stage stage, std::string_view) override {
    --underway_[stage];
    draw();
  }
  void note(std::string_view text) override {
    clear();
    print_error(palette_.yellow("note:") + " " + printable(text, 16 << 10, true) + "\n");
    draw();
  }

 private:
  void draw() {
    std::string line;
    for (const auto& [stage, count] : underway_) {
      if (count > 0) line += fmt::format("{}{} {}", line.empty() ? "" : ", ", words(stage).doing, count);
    }
    if (line.empty()) return clear();
    // Asked for each time, since the window may have been resized. A line that wraps could not be cleared; the last
    // column stays free because some terminals wrap as soon as it is filled.
    const std::size_t width = error_width() - 1;
    const std::string doing = cut_to_columns(line, width);
    const std::size_t used = columns_of(doing) + 2;
    Text out = Text::line_start() + palette_.cyan(doing);
    if (used < width) out += "  " + cut_to_columns(latest_, width - used);
    print_error(out);
  }
  void clear() { print_error(Text::line_start()); }

  Palette palette_;
  std::map<Stage, int> underway_;
  std::string latest_;
};

}  // namespace

Palette::Palette(Color color) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool fit = error_is_terminal() && (no_color == nullptr || *no_color == '\0') && !is_dumb_terminal();
  on_ = color == Color::always || (color == Color::automatic && fit);
}

Text Palette::paint(const char* style, const Text& text) const {
  return on_ ? Text::styled(style, text) : text;
}

Progress decide(Progress asked, int quiet) {
  if (quiet > 0) return Progress::none;
  if (asked == Progress::bar && is_dumb_terminal()) return Progress::plain;
  if (asked != Progress::automatic) return asked;
  return error_is_terminal() && !is_dumb_terminal() ? Progress::bar : Progress::plain;
}

std::unique_ptr<engine::Observer> make_display(Progress progress, int verbose, const Palette& palette) {
  // A live line and verbose output would overwrite each other.
  if (progress == Progress::bar && verbose == 0) return std::make_unique<LiveLine>(palette);
  if (progress == Progress::none) return std::make_unique<Silent>();
  return std::make_unique<PlainLines>(verbose, palette);
}

}  // namespace eka::cli
