#include "cli/timings/recording.h"

namespace eka::cli {

Recorder::Recorder(std::string command, std::size_t jobs, Time started) : started_(started) {
  recording_.command = std::move(command);
  recording_.jobs = jobs;
}

double Recorder::now() const {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started_).count();
}

void Recorder::began(engine::Stage stage, std::string_view what) {
  open_.emplace(std::pair(stage, std::string(what)), recording_.spans.size());
  recording_.spans.push_back({stage, std::string(what), now(), 0, false});
}

void Recorder::ended(engine::Stage stage, std::string_view what) {
  const auto found = open_.find(std::pair(stage, std::string(what)));
  if (found == open_.end()) return;
  auto& span = recording_.spans[found->second];
  span.end = now();
  span.finished = true;
  open_.erase(found);
}

void Recorder::retrying(std::string_view text) {
  recording_.retries.push_back({now(), std::string(text)});
}

void Recorder::planned(std::size_t, const Result<engine::Plan>& result) {
  if (!result) {
    ++recording_.failed;
  } else {
    ++(result->remembered ? recording_.remembered : recording_.evaluated);
  }
}

void Recorder::received(std::uint64_t bytes) {
  // While nothing arrives, the first and the last sample say as much as all of them.
  auto& samples = recording_.bytes;
  const std::size_t n = samples.size();
  const bool is_flat = n >= 2 && samples[n - 1].received == bytes && samples[n - 2].received == bytes;
  if (is_flat) samples.pop_back();
  samples.push_back({now(), bytes});
}

Recording Recorder::finish() {
  Recording out = recording_;
  out.length = now();
  for (auto& span : out.spans) {
    if (!span.finished) span.end = out.length;
  }
  return out;
}

}  // namespace eka::cli
