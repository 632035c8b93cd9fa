// What a run is doing: counts, the work under way and what it waits for. Made from the events of the engine
// (observer.h).
//
// A value: it takes times as arguments and reads no clock. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/context/observer.h"

namespace eka::cli {

class Activity {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Work under way.
  struct Unit {
    engine::Stage stage;
    std::string what;
    Time since;
  };
  struct Retry {
    std::string text;
    Time at;
  };

  explicit Activity(Time started) : started_(started) {}

  // Events. Names are stored printable and shortened to some hundred bytes.
  void began(engine::Stage stage, std::string_view what, Time now);
  void ended(engine::Stage stage, std::string_view what);
  void retrying(std::string_view text, Time now) { retry_ = Retry{name_of(text), now}; }
  void planned() { ++planned_; }
  void counted(std::size_t needed, std::size_t cached);
  void received(std::uint64_t bytes, Time now);  // since the start

  // The number of plans that this run is for; 0 if it plans nothing.
  void expect(std::size_t plans) { expected_ = plans; }

  Time started() const { return started_; }
  std::size_t planned_so_far() const { return planned_; }
  std::size_t expected() const { return expected_; }
  std::size_t atoms_needed() const { return needed_; }
  std::size_t atoms_cached() const { return cached_; }
  // Those to which requests were sent, and how many of them no request is sent to at present.
  std::size_t remotes() const { return remotes_.size(); }
  std::size_t remotes_done() const;
  std::uint64_t bytes() const { return bytes_; }
  // Bytes per second during the last three seconds.
  std::uint64_t rate(Time now) const;
  const std::optional<Retry>& retry() const { return retry_; }

  // The earliest stage of the run that is under way; nothing between two stages.
  std::optional<engine::Stage> stage() const;
  // What is waited for at present, the oldest first: requests, evaluations, builds, busy servers. Not what only waits
  // for one of these, as a closure does for its requests.
  std::vector<Unit> under_way() const;

 private:
  static std::string name_of(std::string_view text);

  Time started_;
  std::multimap<std::pair<engine::Stage, std::string>, Time> units_;
  std::map<std::string, int> remotes_;  // requests under way
  std::deque<std::pair<Time, std::uint64_t>> samples_;
  std::uint64_t bytes_ = 0;
  std::optional<Retry> retry_;
  std::size_t planned_ = 0;
  std::size_t expected_ = 0;
  std::size_t needed_ = 0;
  std::size_t cached_ = 0;
};

}  // namespace eka::cli
