#include "cli/progress/activity.h"

#include <algorithm>

#include "base/text.h"

namespace eka::cli {
namespace {

using engine::Stage;

constexpr std::chrono::seconds rate_window{3};

bool is_request(Stage stage) {
  return stage == Stage::query || stage == Stage::transfer;
}

// Stages that wait for requests, which are units of their own.
bool only_waits(Stage stage) {
  return stage == Stage::locate || stage == Stage::fetch_root || stage == Stage::fetch_closure;
}

}  // namespace

std::string Activity::name_of(std::string_view text) {
  return printable(text, 400);
}

void Activity::began(Stage stage, std::string_view what, Time now) {
  std::string name = name_of(what);
  if (is_request(stage)) ++remotes_[name];
  units_.emplace(std::pair(stage, std::move(name)), now);
}

void Activity::ended(Stage stage, std::string_view what) {
  const auto found = units_.find(std::pair(stage, name_of(what)));
  if (found == units_.end()) return;
  if (is_request(stage)) --remotes_[found->first.second];
  units_.erase(found);
}

void Activity::counted(std::size_t needed, std::size_t cached) {
  needed_ = needed;
  cached_ = cached;
}

void Activity::received(std::uint64_t bytes, Time now) {
  bytes_ = bytes;
  samples_.emplace_back(now, bytes);
  while (samples_.size() > 2 && now - samples_[1].first > rate_window) samples_.pop_front();
}

std::size_t Activity::remotes_done() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(remotes_, [](const auto& remote) { return remote.second == 0; }));
}

std::uint64_t Activity::rate(Time now) const {
  if (samples_.empty()) return 0;
  const auto since = now - samples_.front().first;
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  if (milliseconds < 200) return 0;
  return (bytes_ - samples_.front().second) * 1000 / static_cast<std::uint64_t>(milliseconds);
}

std::optional<Stage> Activity::stage() const {
  std::optional<Stage> first;
  for (const auto& [unit, since] : units_) {
    const Stage stage = unit.first;
    if (stage == Stage::wait || is_request(stage)) continue;
    if (!first || stage < *first) first = stage;
  }
  if (first || units_.empty()) return first;
  return units_.begin()->first.first;
}

std::vector<Activity::Unit> Activity::under_way() const {
  std::vector<Unit> out;
  for (const auto& [unit, since] : units_) {
    if (!only_waits(unit.first)) out.push_back({unit.first, unit.second, since});
  }
  std::ranges::stable_sort(out, {}, &Unit::since);
  return out;
}

}  // namespace eka::cli
