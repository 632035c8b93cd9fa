#include "cli/timings/analysis.h"

#include <algorithm>
#include <map>
#include <optional>

namespace eka::cli {
namespace {

using engine::Stage;
using Span = Recording::Span;

// Two times that are closer are the same event: one task ends, and the next is started by it.
constexpr double same_moment = 0.05;

Lane::Kind lane_kind(Stage stage) {
  switch (stage) {
    case Stage::query:
    case Stage::transfer:
    case Stage::wait:
      return Lane::Kind::remote;
    case Stage::import:
      return Lane::Kind::run;
    default:
      return Lane::Kind::atom;
  }
}

// A wait is named by its host and more; it belongs to the host.
std::string lane_name(const Span& span) {
  if (span.stage == Stage::wait) return span.what.substr(0, span.what.find(' '));
  if (span.stage == Stage::import) return "Nix store";
  return span.what;
}

double covered(const Recording& recording, const std::vector<std::size_t>& spans) {
  double total = 0;
  double until = 0;
  for (const auto index : spans) {
    const auto& span = recording.spans[index];
    total += std::max(0.0, span.end - std::max(until, span.begin));
    until = std::max(until, span.end);
  }
  return total;
}

// Adds the share of each part that lies between `begin` and `end`.
void spread(std::vector<double>& parts, double width, double begin, double end, double amount) {
  if (end <= begin || width <= 0) return;
  const auto first = std::min(static_cast<std::size_t>(begin / width), parts.size() - 1);
  const auto last = std::min(static_cast<std::size_t>(end / width), parts.size() - 1);
  for (std::size_t i = first; i <= last; ++i) {
    const double from = std::max(begin, static_cast<double>(i) * width);
    const double to = std::min(end, static_cast<double>(i + 1) * width);
    if (to > from) parts[i] += amount * (to - from) / width;
  }
}

}  // namespace

bool is_work(Stage stage) {
  return stage != Stage::locate && stage != Stage::fetch_root && stage != Stage::fetch_closure;
}

std::vector<Lane> lanes_of(const Recording& recording) {
  std::vector<Lane> lanes;
  std::map<std::pair<Lane::Kind, std::string>, std::size_t> places;
  for (std::size_t i = 0; i < recording.spans.size(); ++i) {
    const auto& span = recording.spans[i];
    const bool is_of_remote = span.stage == Stage::locate && span.what.find("::") == std::string::npos;
    const auto kind = is_of_remote ? Lane::Kind::remote : lane_kind(span.stage);
    auto name = lane_name(span);
    const auto [place, is_new] = places.emplace(std::pair(kind, name), lanes.size());
    if (is_new) lanes.push_back({kind, std::move(name), {}, 0});
    lanes[place->second].spans.push_back(i);
  }
  for (auto& lane : lanes) lane.busy = covered(recording, lane.spans);
  std::ranges::stable_sort(lanes, {}, &Lane::kind);
  return lanes;
}

std::vector<std::size_t> critical_path(const Recording& recording) {
  std::vector<std::size_t> work;
  for (std::size_t i = 0; i < recording.spans.size(); ++i) {
    if (is_work(recording.spans[i].stage)) work.push_back(i);
  }
  const auto end_of = [&](std::size_t i) { return recording.spans[i].end; };
  std::ranges::stable_sort(work, {}, end_of);
  std::vector<std::size_t> path;
  double before = recording.length + 1;
  for (auto it = work.rbegin(); it != work.rend(); ++it) {
    const auto& span = recording.spans[*it];
    if (span.end > before + same_moment) continue;
    // Work that takes no time explains nothing.
    if (span.length() < same_moment) continue;
    path.push_back(*it);
    before = span.begin;
  }
  std::ranges::reverse(path);
  return path;
}

Load load_of(const Recording& recording, std::size_t parts) {
  Load out{std::vector<double>(parts), std::vector<double>(parts), std::vector<double>(parts)};
  const double width = recording.length / static_cast<double>(parts);
  for (const auto& span : recording.spans) {
    const bool is_request = span.stage == Stage::query || span.stage == Stage::transfer;
    if (is_request) spread(out.requests, width, span.begin, span.end, 1);
    if (span.stage == Stage::evaluate) spread(out.evaluations, width, span.begin, span.end, 1);
  }
  for (std::size_t i = 1; i < recording.bytes.size(); ++i) {
    const auto& [from, had] = recording.bytes[i - 1];
    const auto& [to, has] = recording.bytes[i];
    if (has <= had || to <= from) continue;
    spread(out.bytes, width, from, to, static_cast<double>(has - had) * 1000 / (to - from));
  }
  return out;
}

Limit limit_of(const Recording& recording) {
  Limit out;
  std::map<std::string, double> chains;
  for (const auto& span : recording.spans) {
    const auto kind = lane_kind(span.stage);
    if (kind == Lane::Kind::atom && span.stage != Stage::build) chains[span.what] += span.length();
    if (span.stage == Stage::evaluate) out.evaluations += span.length();
  }
  for (const auto& [atom, length] : chains) {
    if (length <= out.chain) continue;
    out.chain = length;
    out.chain_of = atom;
  }
  out.evaluations /= static_cast<double>(std::max<std::size_t>(1, recording.jobs));
  return out;
}

std::vector<std::size_t> slowest(const Recording& recording, Stage stage, std::size_t most) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < recording.spans.size(); ++i) {
    if (recording.spans[i].stage == stage) out.push_back(i);
  }
  std::ranges::stable_sort(out, std::ranges::greater{}, [&](std::size_t i) { return recording.spans[i].length(); });
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace eka::cli
