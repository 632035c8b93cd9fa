#include "cli/timings/trace_json.h"

#include <cmath>

#include "cli/progress/layout.h"
#include "cli/timings/analysis.h"

namespace eka::cli {
namespace {

std::int64_t microseconds(double milliseconds) {
  return std::llround(milliseconds * 1000);
}

atom::Json event(const char* phase, std::string name, double at, std::int64_t track) {
  atom::Json out;
  out["ph"] = phase;
  out["name"] = std::move(name);
  out["ts"] = microseconds(at);
  out["pid"] = std::int64_t{1};
  out["tid"] = track;
  return out;
}

atom::Json name_of(const char* what, std::int64_t track, const std::string& name) {
  atom::Json out = event("M", what, 0, track);
  out["args"] = atom::Json::Object{{"name", name}};
  return out;
}

// Spans of one track must not overlap, unless one is within the other; those that do get tracks of their own.
class Tracks {
 public:
  explicit Tracks(const Recording& recording) : recording_(recording) {}

  void add(const Lane& lane, atom::Json& events) {
    std::vector<double> free_at;
    for (const auto index : lane.spans) {
      const auto& span = recording_.spans[index];
      std::size_t row = 0;
      while (row < free_at.size() && free_at[row] > span.begin) ++row;
      if (row == free_at.size()) {
        free_at.push_back(0);
        events.push_back(name_of("thread_name", first_ + static_cast<std::int64_t>(row), lane.name));
      }
      free_at[row] = span.end;
      atom::Json out = event("X", doing(span.stage), span.begin, first_ + static_cast<std::int64_t>(row));
      out["cat"] = lane.kind == Lane::Kind::remote ? "remote" : lane.kind == Lane::Kind::atom ? "atom" : "run";
      out["dur"] = microseconds(span.length());
      out["args"] = atom::Json::Object{{"what", span.what}, {"finished", span.finished}};
      events.push_back(std::move(out));
    }
    first_ += static_cast<std::int64_t>(free_at.size());
  }

 private:
  const Recording& recording_;
  std::int64_t first_ = 1;
};

}  // namespace

atom::Json trace_json(const Recording& recording) {
  atom::Json events(atom::Json::Array{});
  events.push_back(name_of("process_name", 0, "eka"));
  Tracks tracks(recording);
  for (const auto& lane : lanes_of(recording)) tracks.add(lane, events);
  for (const auto& retry : recording.retries) {
    atom::Json out = event("i", "retry", retry.at, 0);
    out["s"] = "g";
    out["args"] = atom::Json::Object{{"reason", retry.text}};
    events.push_back(std::move(out));
  }
  for (const auto& sample : recording.bytes) {
    atom::Json out = event("C", "received", sample.at, 0);
    out["args"] = atom::Json::Object{{"bytes", sample.received}};
    events.push_back(std::move(out));
  }
  return atom::Json::Object{{"traceEvents", std::move(events)}, {"displayTimeUnit", "ms"}};
}

}  // namespace eka::cli
