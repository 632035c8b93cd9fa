#include "cli/progress/layout.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/count_text.h"
#include "base/text.h"
#include "cli/progress/words.h"

namespace eka::cli {
namespace {

using engine::Stage;
using std::chrono::milliseconds;

// By stage.
struct Words {
  const char* doing;
  const char* done;
};
Words words(Stage stage) {
  switch (stage) {
    case Stage::locate:
      return {"finding", "found"};
    case Stage::fetch_root:
      return {"reading", "read"};
    case Stage::resolve:
      return {"resolving", "resolved"};
    case Stage::fetch_closure:
      return {"fetching", "fetched"};
    case Stage::materialize:
      return {"unpacking", "unpacked"};
    case Stage::evaluate:
      return {"evaluating", "evaluated"};
    case Stage::import:
      return {"importing", "imported"};
    case Stage::build:
      return {"building", "finished building"};
    case Stage::query:
      return {"querying", "queried"};
    case Stage::transfer:
      return {"fetching", "fetched"};
    case Stage::wait:
      return {"waiting for", "waited for"};
  }
  return {"processing", "processed"};
}

// Shorter work is not worth a line.
constexpr milliseconds notable{500};
// How long a retry is shown.
constexpr std::chrono::seconds retry_shown{5};
constexpr std::size_t bar_columns = 20;
constexpr std::size_t narrowest = 20;

milliseconds since(Activity::Time then, Activity::Time now) {
  return std::chrono::duration_cast<milliseconds>(std::max(now, then) - then);
}

// What is counted: plans, if the run is for plans, otherwise atoms in the cache.
struct Goal {
  std::size_t done = 0;
  std::size_t all = 0;
};

Goal goal_of(const Activity& activity) {
  if (activity.expected() > 0) return {activity.planned_so_far(), activity.expected()};
  return {activity.atoms_cached(), activity.atoms_needed()};
}

std::string bar(const Goal& goal) {
  const std::size_t full = bar_columns * std::min(goal.done, goal.all) / goal.all;
  std::string inside(full, '=');
  if (full < bar_columns) inside += '>';
  inside.resize(bar_columns, ' ');
  return "[" + inside + "]";
}

std::string stage_of(const Activity& activity) {
  const auto stage = activity.stage();
  if (stage) return doing(*stage);
  const Goal goal = goal_of(activity);
  return goal.all > 0 && goal.done == goal.all ? "finishing" : "preparing";
}

// The parts of the first line that follow the stage, in the order of their places; a greater `rank` is left out first.
struct Part {
  int rank;
  std::string text;
};

std::vector<Part> parts_of(const Activity& activity, Activity::Time now) {
  std::vector<Part> parts;
  const Goal goal = goal_of(activity);
  if (goal.all > 0) {
    parts.push_back({6, bar(goal)});
    parts.push_back({1, fmt::format("{} of {}", goal.done, count_text(goal.all, "atom"))});
  }
  if (activity.remotes() > 0) {
    parts.push_back({4, fmt::format("{} of {}", activity.remotes_done(), count_text(activity.remotes(), "remote"))});
  }
  if (activity.bytes() > 0) {
    parts.push_back({3, size_text(activity.bytes())});
    if (const auto rate = activity.rate(now); rate > 0) parts.push_back({5, size_text(rate) + "/s"});
  }
  parts.push_back({2, duration_text(since(activity.started(), now))});
  return parts;
}

Line first_line(const Activity& activity, Activity::Time now, std::size_t width) {
  Line line{Line::Tone::stage, stage_of(activity), {}};
  auto parts = parts_of(activity, now);
  const auto joined = [&] {
    std::string out;
    for (const auto& part : parts) out += "  " + part.text;
    return out;
  };
  while (!parts.empty() && columns_of(line.head) + columns_of(joined()) > width) {
    parts.erase(std::ranges::max_element(parts, {}, &Part::rank));
  }
  line.rest = joined();
  return line;
}

class Lines {
 public:
  Lines(const Activity& activity, Activity::Time now, const Look& look)
      : activity_(activity),
        now_(now),
        width_(std::max(look.width, narrowest) - 1),
        mark_(look.unicode ? "…" : "..."),
        unicode_(look.unicode) {}

  std::vector<Line> draw() {
    lines_.push_back(first_line(activity_, now_, width_));
    std::vector<Activity::Unit> units;
    for (auto& unit : activity_.under_way()) {
      if (unit.stage == Stage::wait) {
        if (lines_.size() < 3) add(Line::Tone::warning, unit.stage, unit);
      } else if (since(unit.since, now_) >= notable) {
        units.push_back(std::move(unit));
      }
    }
    if (const auto& retry = activity_.retry(); retry && now_ - retry->at < retry_shown) {
      constexpr std::string_view head = "  retrying ";
      lines_.push_back(
          {Line::Tone::warning, std::string(head), cut_end(own(retry->text), width_ - head.size(), mark_)});
    }
    const std::size_t room = most_lines - lines_.size();
    const std::size_t shown = units.size() > room ? room - 1 : units.size();
    for (std::size_t i = 0; i < shown; ++i) add(Line::Tone::detail, units[i].stage, units[i]);
    if (shown < units.size()) {
      lines_.push_back({Line::Tone::detail, {}, fmt::format("  and {} more", units.size() - shown)});
    }
    return std::move(lines_);
  }

 private:
  std::string own(const std::string& text) const { return unicode_ ? text : ascii_only(text); }

  // What is under way, and for how long.
  void add(Line::Tone tone, Stage stage, const Activity::Unit& unit) {
    const std::string head = fmt::format("  {} ", doing(stage));
    std::string time = "  " + duration_text(since(unit.since, now_));
    if (head.size() + time.size() > width_) time.clear();
    const std::size_t room = width_ - std::min(width_, head.size() + time.size());
    lines_.push_back({tone, head, cut_middle(own(unit.what), room, mark_) + time});
  }

  const Activity& activity_;
  Activity::Time now_;
  std::size_t width_;
  std::string_view mark_;
  bool unicode_;
  std::vector<Line> lines_;
};

}  // namespace

std::vector<Line> live_lines(const Activity& activity, Activity::Time now, const Look& look) {
  return Lines(activity, now, look).draw();
}

std::string plain_line(const Activity& activity, Activity::Time now) {
  std::string out = stage_of(activity) + ":";
  std::string separator = " ";
  for (const auto& part : parts_of(activity, now)) {
    if (part.text.starts_with('[')) continue;
    out += separator + part.text;
    separator = ", ";
  }
  const auto units = activity.under_way();
  if (units.empty() || since(units.front().since, now) < notable) return out;
  const auto& slowest = units.front();
  return out +
         fmt::format("; {} {} for {}", doing(slowest.stage), slowest.what, duration_text(since(slowest.since, now)));
}

const char* doing(Stage stage) {
  return words(stage).doing;
}

const char* done(Stage stage) {
  return words(stage).done;
}

}  // namespace eka::cli
