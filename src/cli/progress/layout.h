// The lines that show an activity. Pure: the same activity, time and width give the same lines.
//
// On a terminal, for example:
//
//     evaluating  [=========>       ]  34 of 60 atoms  3 of 4 remotes  2.1 MB  210 kB/s  11 s
//       fetching http://127.0.0.1:8080/set-02.git  4.1 s
//       evaluating ./set::server  3.2 s
//
// The first line says what the run is at, how far it is, and how much has been received. The others name what it is
// waiting for, longest first, below busy servers and the last retry. Where the terminal is narrow, the least important
// parts of the first line are left out, and names are cut in the middle.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/progress/activity.h"

namespace eka::cli {

struct Look {
  std::size_t width = 80;  // of the terminal, in columns
  bool unicode = true;
};

struct Line {
  enum class Tone { stage, detail, warning };
  Tone tone = Tone::detail;
  std::string head;  // drawn in the color of the tone
  std::string rest;
};

// At most this many lines.
inline constexpr std::size_t most_lines = 6;

// At least one line; each is narrower than the terminal, because some terminals wrap a line as soon as it fills them.
std::vector<Line> live_lines(const Activity& activity, Activity::Time now, const Look& look);

// The same on one line of any length, for output that is not a terminal.
std::string plain_line(const Activity& activity, Activity::Time now);

// "evaluating", "evaluated": as the stage is called in messages.
const char* doing(engine::Stage stage);
const char* done(engine::Stage stage);

}  // namespace eka::cli
