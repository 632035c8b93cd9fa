// What a run shows on standard error while it lasts: an observer of the engine, and the schedule by which it redraws.
//
//   bar     live lines (layout.h), redrawn at most 20 times a second, and at least each time that a duration changes
//   plain   a line every five seconds; notes, builds, and with -v what begins and ends
//   none    nothing
//
// Used on the reactor. Writing to a terminal that has stopped reading does not block it in live mode.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cli/output/line_writer.h"
#include "cli/output/terminal.h"
#include "cli/progress/activity.h"
#include "cli/progress/screen.h"
#include "coro/task/task.h"
#include "engine/context/context.h"
#include "engine/context/observer.h"

namespace eka::cli {

class Display final : public engine::Observer {
 public:
  Display(Progress progress, int verbose, const Palette& palette);

  // Events are passed on to `listener`, which must outlive the run.
  void pass_on_to(engine::Observer& listener) { listeners_.push_back(&listener); }
  // Called with the number of bytes received so far, at each redraw.
  void tell_received(std::function<void(std::uint64_t)> tell) { tell_received_ = std::move(tell); }
  // The run is for so many plans.
  void expect(std::size_t plans) { activity_.expect(plans); }

  // Redraws until it is cancelled. `context` and this object must outlive it.
  coro::Task<> run(engine::Context& context);
  // Erases the live lines; what is reported later is printed as lines.
  void end() { screen_.reset(); }
  // Ends, and prints the last line of the run unless nothing is to be shown.
  void end_with(const std::string& summary);
  Activity::Time started() const { return activity_.started(); }
  // How long the run has taken.
  std::chrono::milliseconds elapsed() const;

  // Writes to standard output without disturbing the live lines. Any thread; not after end().
  LineWriter::Write output();

  void began(engine::Stage stage, std::string_view what) override;
  void ended(engine::Stage stage, std::string_view what) override;
  void note(std::string_view text) override;
  void detail(std::string_view text) override;
  void retrying(std::string_view text) override;
  void counted(std::size_t needed, std::size_t cached) override;
  void printed(std::string_view what, std::string_view line) override;
  void planned(std::size_t index, const Result<engine::Plan>& result) override;
  void stored(std::size_t index, const engine::Plan& plan) override;

 private:
  void draw(Activity::Time now);
  void print_line(const Text& line);

  Progress progress_;
  int verbose_;
  Palette palette_;
  bool unicode_;
  Activity activity_;
  Activity::Time next_line_;
  std::unique_ptr<Screen> screen_;  // in live mode, until end()
  std::vector<engine::Observer*> listeners_;
  std::function<void(std::uint64_t)> tell_received_;
};

// The display for a command: `progress` as decided by decide().
std::unique_ptr<Display> make_display(Progress progress, int verbose, const Palette& palette);

}  // namespace eka::cli
