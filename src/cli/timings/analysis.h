// What follows from a recording: which work the run waited for, how much ran at once, what was slow, and how fast the
// run could have been. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/timings/recording.h"

namespace eka::cli {

// A row of the timeline: a remote, an atom, or what the run as a whole did.
struct Lane {
  enum class Kind { remote, atom, run };
  Kind kind = Kind::atom;
  std::string name;
  std::vector<std::size_t> spans;  // indices into Recording::spans, by begin
  double busy = 0;                 // milliseconds in which at least one of them was under way
};

// Remotes first, then atoms, each by their first span, then the rest.
std::vector<Lane> lanes_of(const Recording& recording);

// Whether a span is work of its own, and not only the time in which an atom waited for others.
bool is_work(engine::Stage stage);

// The chain of work that the run waited for, in order: from the end of the run backwards, always the work that ended
// last before the next one began. Indices into Recording::spans.
std::vector<std::size_t> critical_path(const Recording& recording);

// How many requests and evaluations were under way, and how much arrived, in equal parts of the run.
struct Load {
  std::vector<double> requests;     // on average
  std::vector<double> evaluations;  // on average
  std::vector<double> bytes;        // bytes per second
};
Load load_of(const Recording& recording, std::size_t parts);

// The shortest time that this run could have taken if nothing had waited for anything but what it needs.
struct Limit {
  double chain = 0;        // the longest sequence of work of one atom
  std::string chain_of;    // which atom
  double evaluations = 0;  // all evaluations, divided among those that may run at once
  double best() const { return chain > evaluations ? chain : evaluations; }
};
Limit limit_of(const Recording& recording);

// The longest spans of a stage, the longest first.
std::vector<std::size_t> slowest(const Recording& recording, engine::Stage stage, std::size_t most);

}  // namespace eka::cli
