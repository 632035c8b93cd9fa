// Measures stages: reports them to the observer, and adds their durations to the given timings.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/context/context.h"
#include "engine/context/observer.h"

namespace eka::engine {

// Wall time by stage, in milliseconds. Stages of several atoms overlap.
using Times = std::map<Stage, double>;

// Measures from its construction to its destruction. `context` and the timings must outlive it.
class Timed {
 public:
  Timed(Context& context, Stage stage, std::string what, std::vector<Times*> timings)
      : context_(context), stage_(stage), what_(std::move(what)), timings_(std::move(timings)) {
    context_.observer.began(stage_, what_);
  }
  ~Timed() {
    const std::chrono::duration<double, std::milli> spent = context_.clock.now() - started_;
    for (auto* times : timings_) (*times)[stage_] += spent.count();
    context_.observer.ended(stage_, what_);
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  Context& context_;
  Stage stage_;
  std::string what_;
  std::vector<Times*> timings_;
  std::chrono::steady_clock::time_point started_ = context_.clock.now();
};

// Reports a request to a remote from its construction to its destruction. `observer` must outlive it.
class Requesting {
 public:
  Requesting(Observer& observer, Stage stage, std::string url)
      : observer_(observer), stage_(stage), url_(std::move(url)) {
    observer_.began(stage_, url_);
  }
  ~Requesting() { observer_.ended(stage_, url_); }
  Requesting(const Requesting&) = delete;
  Requesting& operator=(const Requesting&) = delete;

 private:
  Observer& observer_;
  Stage stage_;
  std::string url_;
};

}  // namespace eka::engine
