#include "cli/progress/display.h"

#include <cstdlib>

#include "base/text.h"
#include "cli/progress/layout.h"
#include "cli/progress/words.h"
#include "coro/task/timeout.h"
#include "engine/context/remotes.h"

namespace eka::cli {
namespace {

using engine::Stage;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds redraw_interval{50};
// A run that ends sooner draws nothing: lines that appear and vanish at once only flicker.
constexpr std::chrono::milliseconds quiet_start{150};
constexpr std::chrono::seconds line_interval{5};

Text painted(const Line& line, const Palette& palette) {
  switch (line.tone) {
    case Line::Tone::stage:
      return palette.cyan(line.head) + line.rest;
    case Line::Tone::warning:
      return palette.yellow(line.head) + line.rest;
    case Line::Tone::detail:
      break;
  }
  return palette.dim(line.head) + line.rest;
}

}  // namespace

Display::Display(Progress progress, int verbose, const Palette& palette)
    : progress_(progress),
      verbose_(verbose),
      palette_(palette),
      unicode_(is_utf8_locale(std::getenv("LC_ALL"), std::getenv("LC_CTYPE"), std::getenv("LANG"))),
      activity_(steady_clock::now()),
      next_line_(activity_.started() + line_interval) {
  if (progress_ == Progress::bar) screen_ = std::make_unique<Screen>();
}

coro::Task<> Display::run(engine::Context& context) {
  while (true) {
    co_await coro::sleep(redraw_interval);
    const auto now = steady_clock::now();
    const auto bytes = context.remotes().bytes_received();
    activity_.received(bytes, now);
    if (tell_received_) tell_received_(bytes);
    draw(now);
  }
}

void Display::draw(Activity::Time now) {
  if (screen_ && now - activity_.started() >= quiet_start) {
    std::vector<Screen::Row> rows;
    for (const Line& line : live_lines(activity_, now, {error_width(), unicode_})) {
      rows.push_back({painted(line, palette_), columns_of(line.head) + columns_of(line.rest)});
    }
    screen_->show(std::move(rows));
  }
  if (progress_ == Progress::plain && now >= next_line_) {
    next_line_ += line_interval;
    print_line(plain_line(activity_, now));
  }
}

void Display::print_line(const Text& line) {
  if (progress_ == Progress::none) return;
  if (screen_) {
    screen_->print_above(line + "\n");
  } else {
    print_error(line + "\n");
  }
}

void Display::end_with(const std::string& summary) {
  end();
  if (progress_ != Progress::none) print_error("{}\n", summary);
}

std::chrono::milliseconds Display::elapsed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - activity_.started());
}

LineWriter::Write Display::output() {
  // Another file or pipe may be slow to read, and does not disturb the lines.
  if (!screen_ || !output_is_terminal()) return [](const Text& text) { print(text); };
  return [this](const Text& text) { screen_->around([&] { print(text); }); };
}

void Display::began(Stage stage, std::string_view what) {
  activity_.began(stage, what, steady_clock::now());
  // A build may take hours, so its start is always printed.
  const bool shown = verbose_ > 1 || (stage == Stage::build && progress_ == Progress::plain);
  if (shown) print_line(fmt::format("{} {}", doing(stage), printable(what)));
  for (auto* listener : listeners_) listener->began(stage, what);
}

void Display::ended(Stage stage, std::string_view what) {
  activity_.ended(stage, what);
  if (verbose_ > 0) print_line(fmt::format("{} {}", done(stage), printable(what)));
  for (auto* listener : listeners_) listener->ended(stage, what);
}

void Display::note(std::string_view text) {
  print_line(palette_.yellow("note:") + " " + printable(text, 16 << 10, true));
  for (auto* listener : listeners_) listener->note(text);
}

void Display::detail(std::string_view text) {
  if (verbose_ > 0) print_line(printable(text));
  for (auto* listener : listeners_) listener->detail(text);
}

void Display::retrying(std::string_view text) {
  activity_.retrying(text, steady_clock::now());
  if (verbose_ > 0 || progress_ == Progress::plain) print_line("retrying " + printable(text));
  for (auto* listener : listeners_) listener->retrying(text);
}

void Display::counted(std::size_t needed, std::size_t cached) {
  activity_.counted(needed, cached);
  for (auto* listener : listeners_) listener->counted(needed, cached);
}

void Display::printed(std::string_view what, std::string_view line) {
  if (verbose_ > 0) print_line(fmt::format("{}> {}", printable(what), printable(line, 16 << 10)));
  for (auto* listener : listeners_) listener->printed(what, line);
}

void Display::planned(std::size_t index, const Result<engine::Plan>& result) {
  activity_.planned();
  for (auto* listener : listeners_) listener->planned(index, result);
}

void Display::stored(std::size_t index, const engine::Plan& plan) {
  for (auto* listener : listeners_) listener->stored(index, plan);
}

std::unique_ptr<Display> make_display(Progress progress, int verbose, const Palette& palette) {
  return std::make_unique<Display>(progress, verbose, palette);
}

}  // namespace eka::cli
