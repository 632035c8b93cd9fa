// How long a stage took, told to the observer and booked on whom it served.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/context/observer.h"

namespace eka::engine {

// Wall time by stage, in milliseconds. Stages of several atoms overlap.
using Times = std::map<Stage, double>;

// One stage, from its construction to its destruction. `observer` and the books must outlive it.
class Timed {
 public:
  Timed(Observer& observer, Stage stage, std::string what, std::vector<Times*> books)
      : observer_(observer), stage_(stage), what_(std::move(what)), books_(std::move(books)) {
    observer_.began(stage_, what_);
  }
  ~Timed() {
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - started_;
    for (auto* times : books_) (*times)[stage_] += spent.count();
    observer_.ended(stage_, what_);
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  Observer& observer_;
  Stage stage_;
  std::string what_;
  std::vector<Times*> books_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace eka::engine
